using System.Runtime.InteropServices;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>A text in parts, each a match or what lies between matches, and what a <see cref="SplitBehavior"/> makes pieces of.</summary>
internal sealed class Cuts
{
    private readonly List<(int Start, int End, bool Matches)> parts = [];
    private int done;

    /// <summary>The behaviour named at <paramref name="field"/>.</summary>
    public static SplitBehavior ReadBehavior(JsonField field, SplitBehavior? otherwise = null)
    {
        if (field.IsNothing && otherwise is { } value) return value;
        return Enum.TryParse<SplitBehavior>(field.Text(), out var behavior) && Enum.GetNames<SplitBehavior>().Contains(field.Text())
            ? behavior : throw field.Wrong($"one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}");
    }

    /// <summary>Adds a match behind the last; it may be empty.</summary>
    public void Add(int start, int end, bool inverted = false)
    {
        if (done < start) parts.Add((done, start, inverted));
        parts.Add((start, end, !inverted));
        done = end;
    }

    /// <summary>Adds what no match covers and gives the pieces of <paramref name="piece"/>.</summary>
    public void Finish(Piece piece, SplitBehavior behavior, bool inverted, List<Piece> pieces)
    {
        if (done < piece.Length) parts.Add((done, piece.Length, inverted));
        var joined = CollectionsMarshal.AsSpan(behavior switch
        {
            SplitBehavior.MergedWithPrevious => JoinMatches(parts),
            SplitBehavior.MergedWithNext => JoinMatches(parts, fromTheEnd: true),
            SplitBehavior.Contiguous => JoinAlike(),
            _ => parts,
        });
        foreach (var (start, end, matches) in joined)
        {
            if (start < end && !(matches && behavior == SplitBehavior.Removed)) pieces.Add(piece.Slice(start, end));
        }
    }

    /// <summary>Each match that follows no other is joined to the part before it, in reading order or against it.</summary>
    private static List<(int Start, int End, bool Matches)> JoinMatches(List<(int Start, int End, bool Matches)> parts, bool fromTheEnd = false)
    {
        var joined = new List<(int Start, int End, bool Matches)>();
        var before = false;
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[fromTheEnd ? parts.Count - 1 - i : i];
            if (part.Matches && !before && joined.Count > 0) joined[^1] = fromTheEnd ? joined[^1] with { Start = part.Start } : joined[^1] with { End = part.End };
            else joined.Add(part);
            before = part.Matches;
        }
        if (fromTheEnd) joined.Reverse();
        return joined;
    }

    private List<(int Start, int End, bool Matches)> JoinAlike()
    {
        var joined = new List<(int Start, int End, bool Matches)>();
        foreach (var part in parts)
        {
            if (joined.Count > 0 && joined[^1].Matches == part.Matches) joined[^1] = joined[^1] with { End = part.End };
            else joined.Add(part);
        }
        return joined;
    }
}
