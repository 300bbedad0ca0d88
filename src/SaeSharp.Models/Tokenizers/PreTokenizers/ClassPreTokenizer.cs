using SaeSharp.Models.Tokenizers.Patterns;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>Cuts at each character of a class: Digits, Punctuation, WhitespaceSplit and CharDelimiterSplit differ in the class and in what becomes of it.</summary>
internal sealed class ClassPreTokenizer(CodePointSet cutAt, SplitBehavior behavior) : PreTokenizer
{
    private readonly ClassTable table = new([cutAt]);

    public static ClassPreTokenizer ReadDigits(JsonField field) =>
        new(UnicodeClasses.AnyNumber, field["individual_digits"].Flag(false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    public static ClassPreTokenizer ReadPunctuation(JsonField field) => new(UnicodeClasses.Punctuation, Cuts.ReadBehavior(field["behavior"], SplitBehavior.Isolated));

    public static ClassPreTokenizer ReadWhitespaceSplit(JsonField field) => new(UnicodeClasses.Space, SplitBehavior.Removed);

    public static ClassPreTokenizer ReadCharDelimiter(JsonField field) => new(CodePointSet.Of(field["delimiter"].Character().Value), SplitBehavior.Removed);

    public override void Split(Piece piece, List<Piece> pieces)
    {
        var cuts = new Cuts();
        var text = piece.Span;
        for (int i = 0, length; i < text.Length; i += length)
        {
            System.Text.Rune.DecodeFromUtf16(text[i..], out var rune, out length);
            if (table.Contains(0, rune.Value)) cuts.Add(i, i + length);
        }
        cuts.Finish(piece, behavior, inverted: false, pieces);
    }
}
