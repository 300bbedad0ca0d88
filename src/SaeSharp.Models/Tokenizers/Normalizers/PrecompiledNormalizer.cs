using System.Globalization;
using System.Text;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Replaces by sentencepiece's character map: short grapheme clusters as a whole, everything else character by character.</summary>
/// <remarks>What the reference does, oddities included: a cluster is replaced by what stands for its shortest known beginning, and what is left out at the very start shifts the offsets behind it.</remarks>
internal sealed class PrecompiledNormalizer(CharacterMap map) : Normalizer
{
    private const int LongestCluster = 5;   // bytes of UTF-8

    public static PrecompiledNormalizer Read(JsonField field)
    {
        var charsmap = field["precompiled_charsmap"];
        var text = charsmap.Text();
        var blob = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, blob, out var length)) throw charsmap.Wrong("a character map in base 64");
        return new(CharacterMap.TryRead(blob.AsSpan(0, length), out var reason) ?? throw charsmap.Wrong($"a character map in base 64 (it holds {reason})"));
    }

    public override Piece Normalize(Piece piece)
    {
        var changes = new List<(Rune Rune, int Change)>(piece.Length);
        var changed = false;
        var text = piece.Span;
        for (int start = 0, length; start < text.Length; start += length)
        {
            length = StringInfo.GetNextTextElementLength(text[start..]);
            var cluster = text.Slice(start, length);
            if (Encoding.UTF8.GetByteCount(cluster) <= LongestCluster && map.ReplacementOfShortest(cluster) is { } whole)
            {
                Replace(cluster, whole, changes);
                changed = true;
                continue;
            }
            for (int at = 0, size; at < length; at += size)
            {
                Rune.DecodeFromUtf16(cluster[at..], out var rune, out size);
                var character = cluster.Slice(at, size);
                if (map.ReplacementOfShortest(character) is { } single)
                {
                    Replace(character, single, changes);
                    changed = true;
                }
                else changes.Add((rune, 0));
            }
        }
        if (!changed) return piece;
        var writer = new PieceWriter(piece);
        foreach (var (rune, change) in changes) writer.Write(rune, change);
        return writer.Build();
    }

    private static void Replace(ReadOnlySpan<char> old, string text, List<(Rune Rune, int Change)> changes)
    {
        foreach (var rune in text.EnumerateRunes()) changes.Add((rune, 0));
        var more = CountOf(text) - CountOf(old);
        for (var i = changes.Count - more; i < changes.Count && more > 0; i++) changes[i] = (changes[i].Rune, 1);
        if (more < 0 && changes.Count > 0) changes[^1] = (changes[^1].Rune, changes[^1].Change + more);
    }

    private static int CountOf(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}
