using System.Globalization;

namespace SaeSharp.Web.Wording;

/// <summary>Numbers as people read them; the same everywhere on the pages, and the same in every culture.</summary>
internal static class Figures
{
    /// <summary>What stands where a value does not exist.</summary>
    public const string None = "–";

    /// <summary>Three significant digits: 0.0123, 1.23, 12.3, 123, 1,230.</summary>
    public static string Short(double? value)
    {
        if (value is not { } v || !double.IsFinite(v)) return None;
        var size = Math.Abs(v);
        if (size == 0) return "0";
        if (size < 0.001 || size >= 1e7) return v.ToString("0.##e0", CultureInfo.InvariantCulture).Replace('-', '−');
        var digits = Math.Clamp(2 - (int)Math.Floor(Math.Log10(size)), 0, 5);
        return v.ToString("#,0." + new string('0', digits), CultureInfo.InvariantCulture).Replace('-', '−');
    }

    /// <summary>As <see cref="Short"/>, with a plus sign before what is above zero.</summary>
    public static string Signed(double? value) => value > 0 ? "+" + Short(value) : Short(value);

    /// <summary>A whole number with its thousands parted: 12,345.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share of one as a percentage with two significant digits: 0.012 %, 3.4 %, 56 %.</summary>
    public static string Share(double? value)
    {
        if (value is not { } v || !double.IsFinite(v)) return None;
        var percent = v * 100;
        var size = Math.Abs(percent);
        // What is nearly all is not all: 99.8 % stays apart from 100 %.
        var digits = size is > 99 and < 100 ? 2 : size is 0 or >= 10 ? 0 : Math.Clamp(1 - (int)Math.Floor(Math.Log10(size)), 1, 6);
        return percent.ToString("0." + new string('0', digits), CultureInfo.InvariantCulture).Replace('-', '−') + " %";
    }

    /// <summary>Reads a finite number written with a point.</summary>
    public static bool TryRead(string? text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>A number for SVG and CSS.</summary>
    public static string Css(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
