using System.Globalization;
using System.Numerics;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Floating-point numbers rounded to decimal places by their exact value, half to the even neighbour, as Python does: 2.5 becomes 2 and 0.125 becomes 0.12.</summary>
/// <remarks>.NET rounds the digits of the number half away from zero.</remarks>
internal static class ExactDecimal
{
    /// <summary>The number rounded to <paramref name="places"/> after the point; before it where that is negative.</summary>
    public static double Rounded(double number, int places)
    {
        if (!double.IsFinite(number) || number == 0) return number;
        var scaled = Scaled(Math.Abs(number), places);
        return Math.CopySign(double.Parse(string.Create(CultureInfo.InvariantCulture, $"{scaled}e{-places}"), CultureInfo.InvariantCulture), number);
    }

    /// <summary>A number that is not negative, with <paramref name="places"/> digits after the point.</summary>
    public static string Fixed(double number, int places)
    {
        var digits = Scaled(number, places).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        return places == 0 ? digits : $"{digits[..^places]}.{digits[^places..]}";
    }

    /// <summary>number·10^places as a whole number.</summary>
    private static BigInteger Scaled(double number, int places)
    {
        var bits = BitConverter.DoubleToInt64Bits(number);
        var exponent = (int)(bits >> 52 & 0x7FF);
        var (mantissa, power) = exponent == 0 ? (bits & 0xFFFFFFFFFFFFF, -1074) : (bits & 0xFFFFFFFFFFFFF | 1L << 52, exponent - 1075);
        var (numerator, denominator) = ((BigInteger)mantissa, BigInteger.One);
        if (places >= 0) numerator *= BigInteger.Pow(10, places);
        else denominator *= BigInteger.Pow(10, -places);
        if (power >= 0) numerator <<= power;
        else denominator <<= -power;
        return Divided(numerator, denominator);
    }

    /// <summary>The quotient of two numbers, rounded, half to even; the divisor must be above 0.</summary>
    public static BigInteger Divided(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var order = (BigInteger.Abs(rest) * 2).CompareTo(denominator);
        return order > 0 || order == 0 && !quotient.IsEven ? quotient + (numerator.Sign < 0 ? -1 : 1) : quotient;
    }
}
