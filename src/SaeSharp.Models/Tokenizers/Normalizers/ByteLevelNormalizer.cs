using System.Text;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Spells the bytes of the text in <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    private const int LongestUtf8 = 4;

    public static ByteLevelNormalizer Read(JsonField field) => new();

    public override Piece Normalize(Piece piece)
    {
        var writer = new PieceWriter(piece);
        Span<byte> bytes = stackalloc byte[LongestUtf8];
        foreach (var rune in piece.Span.EnumerateRunes())
        {
            var count = rune.EncodeToUtf8(bytes);
            writer.Replace(new(ByteAlphabet.Of(bytes[0])));
            foreach (var b in bytes[1..count]) writer.Insert(new(ByteAlphabet.Of(b)));
        }
        return writer.Build();
    }
}
