using System.Globalization;
using System.Text;

namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>The classes of characters that pre-tokenizers ask for, by Unicode 16, over whole characters rather than UTF-16 units.</summary>
internal static class Characters
{
    private static readonly CharacterClass[] Bmp = [.. Enumerable.Range(0, 0x10000).Select(unit => Classify(unit, CharUnicodeInfo.GetUnicodeCategory(unit)))];

    /// <summary>The class of the character at <paramref name="index"/> and its length in UTF-16 units.</summary>
    public static CharacterClass ClassAt(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        length = 1;
        if (!char.IsHighSurrogate(unit) || index + 1 == text.Length || !char.IsLowSurrogate(text[index + 1])) return Bmp[unit];
        length = 2;
        var scalar = char.ConvertToUtf32(unit, text[index + 1]);
        return Classify(scalar, CharUnicodeInfo.GetUnicodeCategory(scalar));
    }

    /// <summary>White_Space: 25 characters, all of the basic plane.</summary>
    public static bool IsSpace(char unit) => Bmp[unit] == CharacterClass.Space;

    /// <summary>\w of Unicode's regular expressions (UTS 18): alphabetic, marks, decimal digits, connectors, joiners.</summary>
    public static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.LetterNumber => true,   // L, M, Nd, Nl: the first ten categories of the enumeration
        UnicodeCategory.ConnectorPunctuation => true,
        // Alphabetic by Other_Alphabetic alone (circled, squared letters), and Join_Control.
        _ => rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189) or 0x200C or 0x200D,
    };

    private static CharacterClass Classify(int scalar, UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
        _ => scalar <= char.MaxValue && char.IsWhiteSpace((char)scalar) ? CharacterClass.Space : CharacterClass.Other,
    };
}
