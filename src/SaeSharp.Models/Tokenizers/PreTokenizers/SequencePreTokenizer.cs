using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>One pre-tokenizer after the other, each on the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(PreTokenizer[] steps) : PreTokenizer
{
    public static SequencePreTokenizer Read(JsonField field) => new([.. field["pretokenizers"].Items().Select(Kinds.PreTokenizers.Read)]);

    public override void Split(Piece piece, List<Piece> pieces)
    {
        List<Piece> current = [piece];
        foreach (var step in steps)
        {
            var next = new List<Piece>(current.Count);
            foreach (var part in current) step.Split(part, next);
            current = next;
        }
        pieces.AddRange(current);
    }
}
