using SaeSharp.Models.Tokenizers.Patterns;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>Cuts where a pattern matches, or, inverted, where it does not.</summary>
internal sealed class SplitPreTokenizer(Pattern pattern, SplitBehavior behavior, bool inverted) : PreTokenizer
{
    public static SplitPreTokenizer Read(JsonField field) =>
        new(ReadPattern(field["pattern"]), Cuts.ReadBehavior(field["behavior"]), field["invert"].Flag(false));

    /// <summary>A pattern, <c>{"Regex": ".."}</c>, or a text to be found as it stands, <c>{"String": ".."}</c>.</summary>
    public static Pattern ReadPattern(JsonField field)
    {
        var text = field["String"];
        var regex = field["Regex"];
        try { return regex.IsNothing ? Literal(text.Text()) : new Pattern(regex.Text(), PatternSyntax.Ruby); }
        catch (PatternException error) { throw (regex.IsNothing ? text : regex).Wrong(error.Expected); }
    }

    public override void Split(Piece piece, List<Piece> pieces)
    {
        if (behavior == SplitBehavior.Isolated || behavior == SplitBehavior.Removed)
        {
            SplitApart(piece, pieces);
            return;
        }
        var matches = new List<(int Start, int End)>();
        pattern.FindAll(piece.Span, matches);
        var cuts = new Cuts();
        foreach (var (start, end) in matches) cuts.Add(start, end, inverted);
        cuts.Finish(piece, behavior, inverted, pieces);
    }

    /// <summary>The two common behaviours, without a list between.</summary>
    private void SplitApart(Piece piece, List<Piece> pieces)
    {
        var (keepsMatches, keepsGaps) = behavior == SplitBehavior.Isolated ? (true, true) : (inverted, !inverted);
        var done = 0;
        var matcher = pattern.On(piece.Span);
        try
        {
            while (matcher.FindNext(out var start, out var end))
            {
                if (done < start && keepsGaps) pieces.Add(piece.Slice(done, start));
                if (start < end && keepsMatches) pieces.Add(piece.Slice(start, end));
                done = end;
            }
        }
        finally { matcher.Dispose(); }
        if (done < piece.Length && keepsGaps) pieces.Add(piece.Slice(done, piece.Length));
    }

    private static Pattern Literal(string text) => new(string.Concat(text.Select(unit => char.IsAscii(unit) && !char.IsAsciiLetterOrDigit(unit) ? $"\\{unit}" : $"{unit}")), PatternSyntax.Ruby);
}
