using System.Globalization;
using System.Numerics;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Values as numbers.</summary>
internal static class Numbers
{
    /// <summary>Longer results are refused: they are no part of a text.</summary>
    public const int MaxBits = 1 << 14;

    public static bool Are(Value value) => value is IntValue or FloatValue or BoolValue;

    /// <summary>The whole number that a value is, or null: a bool counts, a float does not.</summary>
    public static BigInteger? AsWhole(Value value) => value switch
    {
        IntValue number => number.Number,
        BoolValue flag => flag.IsTrue ? BigInteger.One : BigInteger.Zero,
        _ => null,
    };

    /// <summary>The place in a list that a value names, or null; beyond a long's range, its end.</summary>
    public static long? AsPlace(Value value) => AsWhole(value) is not { } whole ? null : whole > long.MaxValue / 2 ? long.MaxValue / 2 : whole < long.MinValue / 2 ? long.MinValue / 2 : (long)whole;

    /// <summary>A place or count in an argument, or an error that names it.</summary>
    public static int Count(Value value, string what) => AsPlace(value) is { } number
        ? (int)Math.Clamp(number, -int.MaxValue, int.MaxValue)
        : throw ChatTemplateException.WrongType($"{what} is '{value.TypeName}', an integer is required");

    public static double AsDouble(Value value) => value switch
    {
        FloatValue number => number.Number,
        IntValue number => (double)number.Number,
        BoolValue flag => flag.IsTrue ? 1 : 0,
        UndefinedValue undefined => throw undefined.Failure(),
        _ => throw ChatTemplateException.WrongType($"must be real number, not {value.TypeName}"),
    };

    public static Value Signed(string sign, Value value) => value switch
    {
        FloatValue number => sign == "-" ? new FloatValue(-number.Number) : number,
        UndefinedValue undefined => throw undefined.Failure(),
        _ when AsWhole(value) is { } whole => IntValue.Of(sign == "-" ? -whole : whole),
        _ => throw ChatTemplateException.WrongType($"bad operand type for unary {sign}: '{value.TypeName}'"),
    };

    /// <summary>What <c>int(text)</c> reads, or null: spaces around and single underscores between digits are allowed.</summary>
    public static BigInteger? ParseWhole(string text, int radix = 10)
    {
        const int longest = 4300; // Python's own limit
        var trimmed = text.Trim().Trim('\x1c', '\x1d', '\x1e', '\x1f');
        var negative = trimmed.StartsWith('-');
        var digits = trimmed.TrimStart('+', '-') is var rest && trimmed.Length - rest.Length <= 1 ? rest : "";
        if (radix is 16 or 8 or 2 && digits.StartsWith(radix switch { 16 => "0x", 8 => "0o", _ => "0b" }, StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        if (digits.Length is 0 or > longest || digits[0] == '_' || digits[^1] == '_' || digits.Contains("__", StringComparison.Ordinal)) return null;
        var number = BigInteger.Zero;
        foreach (var digit in digits)
        {
            if (digit == '_') continue;
            var worth = char.IsDigit(digit) ? (int)char.GetNumericValue(digit) : char.IsAsciiLetter(digit) ? char.ToLowerInvariant(digit) - 'a' + 10 : radix;
            if (worth >= radix) return null;
            number = number * radix + worth;
        }
        return negative ? -number : number;
    }

    /// <summary>What <c>float(text)</c> reads, or null.</summary>
    public static double? ParseDouble(string text)
    {
        var trimmed = text.Trim();
        var word = trimmed.TrimStart('+', '-').ToLowerInvariant();
        if (word is "inf" or "infinity") return trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        if (word == "nan") return double.NaN;
        return trimmed.Length > 0 && !trimmed.Contains(',', StringComparison.Ordinal) && double.TryParse(trimmed.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
