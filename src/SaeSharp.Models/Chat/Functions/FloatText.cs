using System.Globalization;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Floating-point numbers as Python prints them: the shortest digits that give the same number back, with an exponent below 1e-4 and from 1e16 on.</summary>
internal static class FloatText
{
    public static string Of(double number)
    {
        if (double.IsNaN(number)) return "nan";
        if (double.IsInfinity(number)) return number > 0 ? "inf" : "-inf";
        var round = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        var digits = string.Concat(round.Split('E')[0].Where(char.IsAsciiDigit)).TrimStart('0');
        digits = digits.TrimEnd('0') is { Length: > 0 } significant ? significant : "0";
        var exponent = number == 0 ? 0 : Exponent(round);
        var sign = double.IsNegative(number) ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }
        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1 ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0" : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>The power of ten of the first digit, from a text such as 1.5E-07 or 123.4.</summary>
    private static int Exponent(string round)
    {
        if (round.Split('E') is [_, var written]) return int.Parse(written, CultureInfo.InvariantCulture);
        var whole = round.Split('.')[0];
        if (whole != "0") return whole.Length - 1;
        return -(round.Split('.')[1].TakeWhile(digit => digit == '0').Count() + 1);
    }
}
