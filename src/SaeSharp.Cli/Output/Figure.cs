using System.Globalization;

namespace SaeSharp.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Figure
{
    /// <summary>Four significant digits; – where there is none.</summary>
    public static string Of(double? value) => value is not { } number ? "–"
        : number != 0 && (Math.Abs(number) < 1e-4 || Math.Abs(number) >= 1e7) ? number.ToString("0.###e+0", CultureInfo.InvariantCulture)
        : Math.Abs(number) >= 1000 ? number.ToString("N0", CultureInfo.InvariantCulture)
        : number.ToString("G4", CultureInfo.InvariantCulture);

    public static string Of(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Signed(double value) => value > 0 ? $"+{Of(value)}" : Of(value);

    /// <summary>A share as a percentage, with the digits that tell small ones apart.</summary>
    public static string Share(double? share) => share is not { } number ? "–" : $"{Of(100 * number)} %";

    public static string Bytes(long bytes) => bytes >= 1 << 30 ? $"{Of(bytes / (double)(1 << 30))} GiB" : bytes >= 1 << 20 ? $"{Of(bytes / (double)(1 << 20))} MiB" : $"{Of(bytes / 1024.0)} KiB";
}
