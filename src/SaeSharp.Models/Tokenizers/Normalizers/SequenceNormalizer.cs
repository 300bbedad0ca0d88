using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>One normaliser after the other.</summary>
internal sealed class SequenceNormalizer(Normalizer[] steps) : Normalizer
{
    public static SequenceNormalizer Read(JsonField field) => new([.. field["normalizers"].Items().Select(Kinds.Normalizers.Read)]);

    public override Piece Normalize(Piece piece)
    {
        foreach (var step in steps) piece = step.Normalize(piece);
        return piece;
    }
}
