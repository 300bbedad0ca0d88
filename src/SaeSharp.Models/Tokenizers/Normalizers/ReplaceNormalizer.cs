using SaeSharp.Models.Tokenizers.Patterns;
using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Replaces what matches a pattern, or a text wherever it stands, by a text. What comes in belongs to the last character before the end of the match, at the very start to none.</summary>
internal sealed class ReplaceNormalizer : Normalizer
{
    private readonly Pattern? pattern;
    private readonly string text = "";
    private readonly string content;

    public ReplaceNormalizer(string text, string content) => (this.text, this.content) = (text, content);

    private ReplaceNormalizer(Pattern pattern, string content) => (this.pattern, this.content) = (pattern, content);

    public static ReplaceNormalizer Read(JsonField field)
    {
        var (pattern, content) = (field["pattern"], field["content"].Text());
        if (!pattern["Regex"].IsNothing) return new(SplitPreTokenizer.ReadPattern(pattern), content);
        var text = pattern["String"].Text();
        return text.Length > 0 ? new ReplaceNormalizer(text, content) : throw pattern["String"].Wrong("a text that is not empty");
    }

    public override Piece Normalize(Piece piece)
    {
        if (piece.Length == 0) return piece;
        var matches = new List<(int Start, int End)>();
        if (pattern is not null) pattern.FindAll(piece.Span, matches);
        else FindText(piece.Span, matches);
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

    private void FindText(ReadOnlySpan<char> within, List<(int, int)> matches)
    {
        for (int from = 0, found; (found = within[from..].IndexOf(text)) >= 0; from += found + text.Length) matches.Add((from + found, from + found + text.Length));
    }
}
