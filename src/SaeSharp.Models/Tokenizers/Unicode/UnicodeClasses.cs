using System.Collections.Concurrent;
using System.Globalization;

namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>The classes of code points that patterns and pre-tokenizers name.</summary>
/// <remarks>
/// General categories are those of .NET (Unicode 16, as Oniguruma's). What departs from them was found by asking the reference libraries about every
/// code point; a test compares each class with the stored answers.
/// </remarks>
internal static class UnicodeClasses
{
    /// <summary>A major category, or two, and its members, in Unicode's short names.</summary>
    private static readonly Dictionary<string, UnicodeCategory[]> Categories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Lu"] = [UnicodeCategory.UppercaseLetter],
        ["Ll"] = [UnicodeCategory.LowercaseLetter],
        ["Lt"] = [UnicodeCategory.TitlecaseLetter],
        ["Lm"] = [UnicodeCategory.ModifierLetter],
        ["Lo"] = [UnicodeCategory.OtherLetter],
        ["Mn"] = [UnicodeCategory.NonSpacingMark],
        ["Mc"] = [UnicodeCategory.SpacingCombiningMark],
        ["Me"] = [UnicodeCategory.EnclosingMark],
        ["Nd"] = [UnicodeCategory.DecimalDigitNumber],
        ["Nl"] = [UnicodeCategory.LetterNumber],
        ["No"] = [UnicodeCategory.OtherNumber],
        ["Zs"] = [UnicodeCategory.SpaceSeparator],
        ["Zl"] = [UnicodeCategory.LineSeparator],
        ["Zp"] = [UnicodeCategory.ParagraphSeparator],
        ["Cc"] = [UnicodeCategory.Control],
        ["Cf"] = [UnicodeCategory.Format],
        ["Cs"] = [UnicodeCategory.Surrogate],
        ["Co"] = [UnicodeCategory.PrivateUse],
        ["Cn"] = [UnicodeCategory.OtherNotAssigned],
        ["Pc"] = [UnicodeCategory.ConnectorPunctuation],
        ["Pd"] = [UnicodeCategory.DashPunctuation],
        ["Ps"] = [UnicodeCategory.OpenPunctuation],
        ["Pe"] = [UnicodeCategory.ClosePunctuation],
        ["Pi"] = [UnicodeCategory.InitialQuotePunctuation],
        ["Pf"] = [UnicodeCategory.FinalQuotePunctuation],
        ["Po"] = [UnicodeCategory.OtherPunctuation],
        ["Sm"] = [UnicodeCategory.MathSymbol],
        ["Sc"] = [UnicodeCategory.CurrencySymbol],
        ["Sk"] = [UnicodeCategory.ModifierSymbol],
        ["So"] = [UnicodeCategory.OtherSymbol],
        ["LC"] = [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter],
    };

    private static readonly Dictionary<string, string> LongNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = "L",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Punctuation"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
        ["UppercaseLetter"] = "Lu",
        ["LowercaseLetter"] = "Ll",
        ["TitlecaseLetter"] = "Lt",
        ["ModifierLetter"] = "Lm",
        ["OtherLetter"] = "Lo",
        ["NonspacingMark"] = "Mn",
        ["SpacingMark"] = "Mc",
        ["EnclosingMark"] = "Me",
        ["DecimalNumber"] = "Nd",
        ["LetterNumber"] = "Nl",
        ["OtherNumber"] = "No",
        ["SpaceSeparator"] = "Zs",
        ["Control"] = "Cc",
        ["Format"] = "Cf",
        ["Unassigned"] = "Cn",
        ["PrivateUse"] = "Co",
        ["ConnectorPunctuation"] = "Pc",
        ["DashPunctuation"] = "Pd",
        ["OpenPunctuation"] = "Ps",
        ["ClosePunctuation"] = "Pe",
        ["InitialPunctuation"] = "Pi",
        ["FinalPunctuation"] = "Pf",
        ["OtherPunctuation"] = "Po",
        ["MathSymbol"] = "Sm",
        ["CurrencySymbol"] = "Sc",
        ["ModifierSymbol"] = "Sk",
        ["OtherSymbol"] = "So",
    };

    private static readonly ConcurrentDictionary<string, CodePointSet> Known = new(StringComparer.Ordinal);

    /// <summary>\s: White_Space.</summary>
    public static CodePointSet Space { get; } = CodePointSet.Of([(9, 13), (0x20, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)]);

    public static CodePointSet Digit => Named("Nd")!;

    public static CodePointSet HexDigit { get; } = CodePointSet.Of([('0', '9'), ('A', 'F'), ('a', 'f')]);

    /// <summary>\w of Oniguruma: letters, marks, decimal and letter numbers, connectors, circled and squared letters, and the six other numbers of Latin-1.</summary>
    public static CodePointSet Word => Known.GetOrAdd(@"\w", static _ => Union("L", "M", "Nd", "Nl", "Pc").Or(
        CodePointSet.Of([(0xB2, 0xB3), (0xB9, 0xB9), (0xBC, 0xBE), (0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)])));

    /// <summary>What the Digits pre-tokenizer cuts off: all numbers, by Unicode 17.</summary>
    public static CodePointSet AnyNumber => Known.GetOrAdd("Digits", static _ => Named("N")!.Or(CodePointSet.Of([(0x11DE0, 0x11DE9), (0x16FF4, 0x16FF6)])));

    /// <summary>What the Punctuation pre-tokenizer cuts off: punctuation and symbols of ASCII, and P as it was in about Unicode 9.</summary>
    public static CodePointSet Punctuation => Known.GetOrAdd("Punctuation", static _ => Named("P")!
        .Or(CodePointSet.Of([('!', '/'), (':', '@'), ('[', '`'), ('{', '~'), (0x166D, 0x166D), (0x111C9, 0x111C9)]))
        .Except(CodePointSet.Of([
            (0x61D, 0x61D), (0x9FD, 0x9FD), (0xA76, 0xA76), (0xC77, 0xC77), (0xC84, 0xC84), (0x1B4E, 0x1B4F), (0x1B7D, 0x1B7F), (0x2E43, 0x2E4F), (0x2E52, 0x2E5D),
            (0x10D6E, 0x10D6E), (0x10EAD, 0x10EAD), (0x10F55, 0x10F59), (0x10F86, 0x10F89), (0x113D4, 0x113D5), (0x113D7, 0x113D8), (0x1144B, 0x1144F), (0x1145A, 0x1145B),
            (0x1145D, 0x1145D), (0x11660, 0x1166C), (0x116B9, 0x116B9), (0x1183B, 0x1183B), (0x11944, 0x11946), (0x119E2, 0x119E2), (0x11A3F, 0x11A46), (0x11A9A, 0x11A9C),
            (0x11A9E, 0x11AA2), (0x11B00, 0x11B09), (0x11BE1, 0x11BE1), (0x11C41, 0x11C45), (0x11C70, 0x11C71), (0x11EF7, 0x11EF8), (0x11F43, 0x11F4F), (0x11FFF, 0x11FFF),
            (0x12FF1, 0x12FF2), (0x16D6D, 0x16D6F), (0x16E97, 0x16E9A), (0x16FE2, 0x16FE2), (0x1E5FF, 0x1E5FF), (0x1E95E, 0x1E95F),
        ])));

    /// <summary>A general category or a script by its Unicode name, long or short, or null.</summary>
    public static CodePointSet? Named(string name)
    {
        var key = name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        if (LongNames.TryGetValue(key, out var shortName)) key = shortName;
        key = key.ToUpperInvariant();
        if (Known.TryGetValue(key, out var known)) return known;
        return Build(key) is { } built ? Known.GetOrAdd(key, built) : null;
    }

    private static CodePointSet? Build(string key)
    {
        if (key == "ANY") return CodePointSet.All;
        var members = Categories.TryGetValue(key, out var one) ? one
            : key.Length == 1 ? [.. Categories.Where(row => row.Value.Length == 1 && char.ToUpperInvariant(row.Key[0]) == key[0]).Select(row => row.Value[0])]
            : [];
        if (members.Length == 0) return Scripts.Named(key);
        var wanted = new bool[(int)UnicodeCategory.OtherNotAssigned + 1];
        foreach (var member in members) wanted[(int)member] = true;
        return CodePointSet.Where(point => wanted[(int)CharUnicodeInfo.GetUnicodeCategory(point)]);
    }

    private static CodePointSet Union(params string[] names) => names.Select(name => Named(name)!).Aggregate((left, right) => left.Or(right));
}
