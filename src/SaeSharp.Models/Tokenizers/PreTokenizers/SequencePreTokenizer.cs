using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>One pre-tokenizer after the other, each on the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(PreTokenizer[] steps) : PreTokenizer
{
    public static SequencePreTokenizer Read(JsonField field) => new([.. field["pretokenizers"].Items().Select(step => Kinds.PreTokenizers.Read(step))]);

    public PreTokenizer? Last => steps.LastOrDefault();

    /// <summary>The same steps but for the last.</summary>
    public SequencePreTokenizer WithLast(PreTokenizer step) => new([.. steps[..^1], step]);

    public override void Split(Piece piece, List<Piece> pieces)
    {
        if (steps.Length == 0)
        {
            pieces.Add(piece);
            return;
        }
        List<Piece> current = [piece];
        foreach (var step in steps[..^1])
        {
            var next = new List<Piece>(current.Count);
            foreach (var part in current) step.Split(part, next);
            current = next;
        }
        foreach (var part in current) steps[^1].Split(part, pieces);
    }
}
