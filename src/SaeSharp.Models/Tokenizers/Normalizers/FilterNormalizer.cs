using System.Text;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Leaves some characters out and gives others another, one by one; nothing else moves.</summary>
/// <param name="map">What a character becomes; null leaves it out.</param>
internal sealed class FilterNormalizer(Func<Rune, Rune?> map) : Normalizer
{
    /// <summary>StripAccents: without marks of any kind, vowel signs too.</summary>
    public static FilterNormalizer Accents { get; } = new(rune => NormalizationTables.IsMark(rune.Value) ? null : rune);

    /// <summary>Nmt: without control characters; line ends, joiners and marks of direction are spaces.</summary>
    public static FilterNormalizer Nmt { get; } = new(rune => rune.Value switch
    {
        (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F => null,
        0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => new Rune(' '),
        _ => rune,
    });

    public override Piece Normalize(Piece piece) => Filter(piece, map);

    public static Piece Filter(Piece piece, Func<Rune, Rune?> map)
    {
        var writer = new PieceWriter(piece);
        var changed = false;
        foreach (var rune in piece.Span.EnumerateRunes())
        {
            var other = map(rune);
            changed |= other != rune;
            if (other is null) writer.Skip();
            else writer.Replace(other.Value);
        }
        return changed ? writer.Build() : piece;
    }
}
