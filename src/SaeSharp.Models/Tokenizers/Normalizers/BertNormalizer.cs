using System.Globalization;
using System.Text;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>BERT's normaliser: no control characters, spaces around Chinese characters, no accents, lower case, each on request.</summary>
internal sealed class BertNormalizer(BertNormalizer.Options options) : Normalizer
{
    private static readonly NormalForm Decomposed = new(compatibility: false, composed: false);

    internal sealed record Options
    {
        /// <summary>Leaves control characters out and makes every kind of white space a space.</summary>
        public bool CleansText { get; init; }

        /// <summary>Puts a space on both sides of each Chinese character.</summary>
        public bool PartsChinese { get; init; }

        /// <summary>Decomposes and leaves nonspacing marks out.</summary>
        public bool StripsAccents { get; init; }

        /// <summary>Writes everything in lower case.</summary>
        public bool Lowers { get; init; }
    }

    public static BertNormalizer Read(JsonField field)
    {
        var lowers = field["lowercase"].Flag();
        return new(new()
        {
            CleansText = field["clean_text"].Flag(),
            PartsChinese = field["handle_chinese_chars"].Flag(),
            StripsAccents = field["strip_accents"].Flag(otherwise: lowers),   // null: as BERT did
            Lowers = lowers,
        });
    }

    public override Piece Normalize(Piece piece)
    {
        if (options.CleansText) piece = FilterNormalizer.Filter(piece, Clean);
        if (options.PartsChinese) piece = PartChinese(piece);
        if (options.StripsAccents) piece = FilterNormalizer.Filter(Decomposed.Normalize(piece), rune => NormalizationTables.IsNonspacingMark(rune.Value) ? null : rune);
        return options.Lowers ? LowercaseNormalizer.Lower(piece) : piece;
    }

    private static Rune? Clean(Rune rune)
    {
        if (rune.Value is '\t' or '\n' or '\r') return new Rune(' ');
        if (rune.IsBmp && Characters.IsSpace((char)rune.Value) && rune.Value is not (0x0B or 0x0C or 0x85)) return new Rune(' ');
        return IsControl(rune) ? null : rune;
    }

    /// <summary>Controls, formats and private use as Unicode 8 had them, and U+FFFD.</summary>
    private static bool IsControl(Rune rune) => rune.Value switch
    {
        0xFFFD => true,
        0x0890 or 0x0891 or 0x08E2 or 0x110CD or (>= 0x13430 and <= 0x1343F) => false,   // formats of later versions
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse,
    };

    private static Piece PartChinese(Piece piece)
    {
        var writer = new PieceWriter(piece);
        var changed = false;
        foreach (var rune in piece.Span.EnumerateRunes())
        {
            if (!IsChinese(rune.Value))
            {
                writer.Keep();
                continue;
            }
            changed = true;
            writer.Replace(new(' '));   // the space comes first, and so takes its place
            writer.Insert(rune);
            writer.Insert(new(' '));
        }
        return changed ? writer.Build() : piece;
    }

    /// <summary>The reference's blocks: one begins at 2B920, where BERT itself has 2B820.</summary>
    private static bool IsChinese(int scalar) => scalar is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
