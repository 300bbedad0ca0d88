using SaeSharp.Models.Tokenizers.Patterns;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Replaces what a pattern matches by a text, which belongs to the last character before the end of the match, and at the very start to none.</summary>
internal sealed class PatternNormalizer(Pattern pattern, string content) : Normalizer
{
    public override Piece Normalize(Piece piece)
    {
        if (piece.Length == 0) return piece;
        var matches = new List<(int Start, int End)>();
        pattern.FindAll(piece.Span, matches);
        if (matches.Count == 0) return piece;

        var result = new AlignedText.Builder(piece.Length);
        var done = 0;
        foreach (var (start, end) in matches)
        {
            result.Copy(piece.Text, piece.Start + done, piece.Start + start);
            result.Add(content, end > 0 ? piece.Text.OriginOf(piece.Start + end - 1) : (piece.Origin.Start, piece.Origin.Start));
            done = end;
        }
        result.Copy(piece.Text, piece.Start + done, piece.End);
        return Piece.Whole(result.Build());
    }
}
