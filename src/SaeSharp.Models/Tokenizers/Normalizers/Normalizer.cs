namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Changes a text before it is cut into pieces; offsets still lead to the original.</summary>
internal abstract class Normalizer
{
    /// <summary>The piece in its normal form, possibly empty.</summary>
    public abstract Piece Normalize(Piece piece);
}
