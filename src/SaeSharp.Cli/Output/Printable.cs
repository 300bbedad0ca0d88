using System.Globalization;
using System.Text;

namespace SaeSharp.Cli;

/// <summary>Text that a terminal shows as itself: no escape sequence or direction mark of a model's text takes effect.</summary>
internal static class Printable
{
    /// <summary>Control, format and separator characters as C# escapes; the rest as it is.</summary>
    public static string Text(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var shown = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            var hidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            shown.Append(rune.Value switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when hidden => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => rune.ToString(),
            });
        }
        return shown.ToString();
    }

    /// <summary>A number for people: four significant digits, or a dash where there is none.</summary>
    public static string Number(double? value) => value switch
    {
        null => "–",
        0 => "0",
        { } number when Math.Abs(number) is >= 1e6 or < 1e-3 => number.ToString("0.###e0", CultureInfo.InvariantCulture),
        { } number => number.ToString(Math.Abs(number) >= 1000 ? "#,0" : Math.Abs(number) >= 100 ? "0.0" : Math.Abs(number) >= 10 ? "0.00" : "0.0000", CultureInfo.InvariantCulture),
    };

    /// <summary>A count with thousands separated.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share as percent.</summary>
    public static string Percent(double? share) => share is { } value ? (100 * value).ToString(value < 0.001 ? "0.####" : "0.##", CultureInfo.InvariantCulture) + " %" : "–";

    /// <summary>A count of bytes in MiB.</summary>
    public static string MiB(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.#} MiB");
}
