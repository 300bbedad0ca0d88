using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.Normalizers;

namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>sentencepiece's normaliser: the longest rule of the character map at each place, spaces put together and written as ▁, a space in front. User-defined pieces stay as they are.</summary>
internal sealed class PieceNormalizer(ModelFile file, TokenTrie userDefined) : Normalizer
{
    private readonly char space = file.EscapesSpaces ? '▁' : ' ';

    public override Piece Normalize(Piece piece)
    {
        var text = piece.Span;
        var read = 0;
        while (file.RemovesSpaces && read < text.Length && Prefix(text, read, out var length) is " ") read += length;
        if (read == text.Length) return piece.Slice(0, 0);

        var result = new AlignedText.Builder(text.Length + 1);
        if (file.AddsSpace && !file.SpaceIsSuffix) result.Add(space, Before(piece, read));
        var afterSpace = file.RemovesSpaces;
        for (int length; read < text.Length; read += length)
        {
            var prefix = Prefix(text, read, out length);
            if (afterSpace) prefix = prefix.TrimStart(' ');
            var origin = piece.Text.OriginOf(piece.Start + read, piece.Start + read + length);
            foreach (var unit in prefix) result.Add(unit == ' ' ? space : unit, origin);
            if (prefix.Length > 0) afterSpace = file.RemovesSpaces && prefix[^1] == ' ';
        }
        return End(piece, result.Build());
    }

    /// <summary>What stands at <paramref name="start"/> in its normal form, and how many units of the text it stands for.</summary>
    private ReadOnlySpan<char> Prefix(ReadOnlySpan<char> text, int start, out int length)
    {
        var rest = text[start..];
        length = userDefined.LongestIn(rest, out _);
        if (length > 0) return rest[..length];
        if (file.Map is { } map && (length = map.LongestIn(rest, out var replacement)) > 0) return replacement;
        length = char.IsHighSurrogate(rest[0]) ? 2 : 1;
        return rest[..length];
    }

    private Piece End(Piece piece, AlignedText text)
    {
        var end = text.Length;
        while (file.RemovesSpaces && end > 0 && text.Span[end - 1] == space) end--;
        var whole = new Piece(text, 0, end);
        if (!file.AddsSpace || !file.SpaceIsSuffix) return whole;

        var longer = new AlignedText.Builder(end + 1);
        longer.Copy(text, 0, end);
        var last = piece.Origin.End;
        longer.Add(space, (last, last));
        return Piece.Whole(longer.Build());
    }

    private static (int Start, int End) Before(Piece piece, int index)
    {
        var start = piece.Text.OriginOf(piece.Start + index).Start;
        return (start, start);
    }
}
