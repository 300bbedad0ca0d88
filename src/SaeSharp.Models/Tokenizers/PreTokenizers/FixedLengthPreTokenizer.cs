using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>Cuts after every so many characters.</summary>
internal sealed class FixedLengthPreTokenizer(int characters) : PreTokenizer
{
    private const int DefaultLength = 5;

    public static FixedLengthPreTokenizer Read(JsonField field)
    {
        var length = field["length"];
        var characters = length.IsNothing ? DefaultLength : length.Count();
        return characters > 0 ? new(characters) : throw length.Wrong("a length of 1 or more");
    }

    public override void Split(Piece piece, List<Piece> pieces)
    {
        var text = piece.Span;
        for (int start = 0, end = 0; start < text.Length; start = end)
        {
            for (var taken = 0; taken < characters && end < text.Length; taken++) end += char.IsHighSurrogate(text[end]) ? 2 : 1;
            pieces.Add(piece.Slice(start, end));
        }
    }
}
