using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Replaces a text by another wherever it stands. What comes in belongs to the last character of what it replaces.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : Normalizer
{
    public static Normalizer Read(JsonField field)
    {
        var pattern = field["pattern"];
        if (!pattern["Regex"].IsNothing) return new PatternNormalizer(SplitPreTokenizer.ReadPattern(pattern), field["content"].Text());
        var text = pattern["String"].Text();
        return text.Length > 0 ? new ReplaceNormalizer(text, field["content"].Text()) : throw pattern["String"].Wrong("a text that is not empty");
    }

    public override Piece Normalize(Piece piece)
    {
        var text = piece.Span;
        var found = text.IndexOf(pattern);
        if (found < 0) return piece;

        var result = new AlignedText.Builder(piece.Length);
        var done = 0;
        while (found >= 0)
        {
            var (start, end) = (done + found, done + found + pattern.Length);
            result.Copy(piece.Text, piece.Start + done, piece.Start + start);
            result.Add(content, piece.Text.OriginOf(piece.Start + end - 1));
            done = end;
            found = text[done..].IndexOf(pattern);
        }
        result.Copy(piece.Text, piece.Start + done, piece.End);
        return Piece.Whole(result.Build());
    }
}
