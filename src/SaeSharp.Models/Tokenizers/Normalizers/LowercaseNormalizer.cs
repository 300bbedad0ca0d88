using System.Text;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Writes each character in lower case by itself: a sigma at the end of a word is like any other.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public static LowercaseNormalizer Read(JsonField field) => new();

    public override Piece Normalize(Piece piece) => Lower(piece);

    public static Piece Lower(Piece piece)
    {
        if (!HasUpper(piece.Span)) return piece;
        var writer = new PieceWriter(piece);
        foreach (var rune in piece.Span.EnumerateRunes())
        {
            writer.Replace(LowerCase.Of(rune, out var dot));
            if (dot) writer.Insert(LowerCase.DotAbove);
        }
        return writer.Build();
    }

    private static bool HasUpper(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (LowerCase.Of(rune, out _) != rune) return true;
        }
        return false;
    }
}
