using System.Text;
using SaeSharp.Models.Tokenizers.Patterns;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>Drops white space; between it each run of one class is a piece, or each character of the class that stands alone.</summary>
internal sealed class WordsPreTokenizer : PreTokenizer
{
    private readonly ClassTable table;
    private readonly bool secondStandsAlone;

    private WordsPreTokenizer(CodePointSet second, bool secondStandsAlone) => (table, this.secondStandsAlone) = (new([UnicodeClasses.Space, second]), secondStandsAlone);

    /// <summary>Whitespace, <c>\w+|[^\w\s]+</c> with the words of Unicode's own definition.</summary>
    public static WordsPreTokenizer ReadWhitespace(JsonField field) => new(CodePointSet.Where(point => Rune.IsValid(point) && Characters.IsWord(new Rune(point))), secondStandsAlone: false);

    /// <summary>BertPreTokenizer: words, and each punctuation character alone.</summary>
    public static WordsPreTokenizer ReadBert(JsonField field) => new(UnicodeClasses.Punctuation, secondStandsAlone: true);

    public override void Split(Piece piece, List<Piece> pieces)
    {
        var text = piece.Span;
        var (start, before) = (0, Kind.Space);
        for (int i = 0, length; i < text.Length; i += length)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out length);
            var kind = table.Contains(0, rune.Value) ? Kind.Space : table.Contains(1, rune.Value) ? Kind.Second : Kind.First;
            if (kind == before && !(kind == Kind.Second && secondStandsAlone)) continue;
            if (before != Kind.Space) pieces.Add(piece.Slice(start, i));
            (start, before) = (i, kind);
        }
        if (before != Kind.Space) pieces.Add(piece.Slice(start, text.Length));
    }

    private enum Kind { Space, First, Second }
}
