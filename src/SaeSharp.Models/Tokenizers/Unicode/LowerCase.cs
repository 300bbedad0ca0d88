using System.Text;

namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>Lower case by Unicode 17, the full mapping of single characters.</summary>
internal static class LowerCase
{
    public static readonly Rune DotAbove = new(0x307);

    /// <summary>The lower case of a character.</summary>
    /// <param name="rune">The character.</param>
    /// <param name="dot">Whether <see cref="DotAbove"/> follows: the only mapping to two characters, that of U+0130, has it.</param>
    public static Rune Of(Rune rune, out bool dot)
    {
        dot = rune.Value == 0x130;
        if (rune.IsAscii) return rune.Value is >= 'A' and <= 'Z' ? new(rune.Value + 0x20) : rune;
        return dot ? new('i') : Newer(rune.Value) is > 0 and var lower ? new(lower) : Rune.ToLowerInvariant(rune);
    }

    /// <summary>The pairs that Unicode 16 and 17 brought, which the runtime may not know; else 0.</summary>
    private static int Newer(int scalar) => scalar switch
    {
        0x1C89 => 0x1C8A,
        0xA7CB => 0x264,
        0xA7CC or 0xA7CE or 0xA7D2 or 0xA7D4 or 0xA7DA => scalar + 1,
        0xA7DC => 0x19B,
        >= 0x10D50 and <= 0x10D65 => scalar + 0x20,
        >= 0x16EA0 and <= 0x16EB8 => scalar + 0x1B,
        _ => 0,
    };
}
