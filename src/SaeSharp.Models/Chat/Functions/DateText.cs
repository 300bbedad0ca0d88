using System.Globalization;
using System.Text;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>A moment by a <c>strftime</c> format, in English whatever the machine's language, so that a template gives one text everywhere.</summary>
internal static class DateText
{
    private static readonly Dictionary<char, string> Formats = new()
    {
        ['Y'] = "yyyy", ['m'] = "MM", ['d'] = "dd", ['y'] = "yy", ['B'] = "MMMM", ['b'] = "MMM", ['h'] = "MMM", ['A'] = "dddd", ['a'] = "ddd", ['H'] = "HH", ['I'] = "hh",
        ['M'] = "mm", ['S'] = "ss", ['p'] = "tt", ['f'] = "ffffff", ['F'] = "yyyy-MM-dd", ['T'] = "HH:mm:ss", ['R'] = "HH:mm", ['D'] = "MM/dd/yy",
    };

    public static string Of(DateTimeOffset moment, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            var isBare = format[i + 1] == '-' && i + 2 < format.Length; // %-d: without leading zeros
            var letter = format[i += isBare ? 2 : 1];
            var part = Formats.TryGetValue(letter, out var known) ? moment.ToString(known, CultureInfo.InvariantCulture) : letter switch
            {
                '%' => "%",
                'n' => "\n",
                't' => "\t",
                'e' => moment.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
                'j' => moment.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
                'u' => (((int)moment.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
                'w' => ((int)moment.DayOfWeek).ToString(CultureInfo.InvariantCulture),
                's' => moment.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                'Z' or 'z' => "",
                _ => $"%{letter}",
            };
            text.Append(isBare && part.TrimStart('0') is { Length: > 0 } bare ? bare : part);
        }
        return text.ToString();
    }
}
