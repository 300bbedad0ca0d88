using System.Text;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Unicode's normal forms NFC, NFD, NFKC and NFKD (UAX 15), by the tables of Unicode 9 as in the reference.</summary>
/// <remarks>A part of a decomposed character is put in behind its first part; a composed one takes the place of all it is made of.</remarks>
internal sealed class NormalForm(bool compatibility, bool composed) : Normalizer
{
    private readonly Lazy<bool[]> stable = new(() => [.. Enumerable.Range(0, char.MaxValue + 1).Select(unit => IsStable(unit, compatibility, composed))]);

    /// <summary>A character, its combining class, and what it does to those it stands for: 1 is put in, -n takes the place of n + 1.</summary>
    private record struct Part(int Scalar, byte Class, int Change);

    public override Piece Normalize(Piece piece)
    {
        if (IsNormal(piece.Span)) return piece;
        var writer = new PieceWriter(piece);
        var segment = new List<Part>();
        var parts = new List<int>();
        foreach (var rune in piece.Span.EnumerateRunes())
        {
            // A stable character has no part in what stands before it.
            if (IsStable(rune)) Flush(segment, writer);
            parts.Clear();
            if (!NormalizationTables.Decompose(rune.Value, compatibility, parts)) parts.Add(rune.Value);
            for (var i = 0; i < parts.Count; i++) segment.Add(new(parts[i], NormalizationTables.ClassOf(parts[i]), i == 0 ? 0 : 1));
        }
        Flush(segment, writer);
        return writer.Build();
    }

    private bool IsNormal(ReadOnlySpan<char> text)
    {
        var first = text.IndexOfAnyExceptInRange('\0', '\u007f');
        if (first < 0) return true;
        foreach (var rune in text[first..].EnumerateRunes())
        {
            if (!IsStable(rune)) return false;
        }
        return true;
    }

    private bool IsStable(Rune rune) => rune.IsBmp ? stable.Value[rune.Value] : IsStable(rune.Value, compatibility, composed);

    /// <summary>Whether the character is normal by itself, and neither moves nor joins one before it.</summary>
    private static bool IsStable(int scalar, bool compatibility, bool composed)
    {
        if (NormalizationTables.ClassOf(scalar) != 0 || composed && NormalizationTables.ComposesBackward(scalar)) return false;
        var parts = new List<int>();
        if (!NormalizationTables.Decompose(scalar, compatibility, parts)) return true;
        return composed && parts.Skip(1).Aggregate(parts[0], (whole, part) => whole < 0 ? whole : NormalizationTables.Compose(whole, part)) == scalar;
    }

    private void Flush(List<Part> segment, PieceWriter writer)
    {
        Reorder(segment);
        foreach (var part in composed ? Compose(segment) : segment) writer.Write(new Rune(part.Scalar), part.Change);
        segment.Clear();
    }

    /// <summary>Sorts each run of marks by class; equal ones keep their order.</summary>
    private static void Reorder(List<Part> parts)
    {
        for (int start = 0, end; start < parts.Count; start = end)
        {
            end = start + 1;
            if (parts[start].Class == 0) continue;
            while (end < parts.Count && parts[end].Class != 0) end++;
            var run = parts.GetRange(start, end - start).OrderBy(part => part.Class).ToList();
            for (var i = 0; i < run.Count; i++) parts[start + i] = run[i];
        }
    }

    private static List<Part> Compose(List<Part> parts)
    {
        var result = new List<Part>(parts.Count);
        var starter = -1;      // where in the result the last starter stands
        var lastClass = -1;    // of what has been left standing behind it, or -1
        foreach (var part in parts)
        {
            var isFree = starter >= 0 && (lastClass < 0 || lastClass < part.Class);
            if (isFree && NormalizationTables.Compose(result[starter].Scalar, part.Scalar) is >= 0 and var whole)
            {
                result[starter] = new(whole, 0, result[starter].Change + part.Change - 1);
                continue;
            }
            if (part.Class == 0) (starter, lastClass) = (result.Count, -1);
            else lastClass = part.Class;
            result.Add(part);
        }
        return result;
    }
}
