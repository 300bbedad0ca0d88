using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Puts a text in front, unless there is nothing to put it in front of. What it puts belongs to the first character.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public static PrependNormalizer Read(JsonField field) => new(field["prepend"].Text());

    public override Piece Normalize(Piece piece) => Prepend(piece, prefix);

    /// <summary><paramref name="piece"/> with <paramref name="prefix"/> in front.</summary>
    public static Piece Prepend(Piece piece, string prefix)
    {
        if (piece.Length == 0) return piece;
        var result = new AlignedText.Builder(prefix.Length + piece.Length);
        result.Add(prefix, piece.Text.OriginOf(piece.Start));
        result.Copy(piece.Text, piece.Start, piece.End);
        return Piece.Whole(result.Build());
    }
}
