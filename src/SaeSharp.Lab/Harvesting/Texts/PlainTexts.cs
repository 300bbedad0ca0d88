using System.Text.RegularExpressions;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>Cuts a plain text into documents.</summary>
internal static partial class PlainTexts
{
    private static readonly char[] Blank = [' ', '\n', '\r'];

    /// <summary>
    /// <c>line</c>: one text a line, as it stands. <c>blank</c>: parted by empty lines. <c>none</c>: the whole file. Anything else parts the texts where it stands
    /// in the file. Texts of <c>blank</c> and of a separator lose spaces and line ends at both ends, and empty ones are dropped.
    /// </summary>
    public static IReadOnlyList<string> Cut(string content, string split) => split switch
    {
        "none" => [content],
        "line" => Lines(content),
        "blank" => Stripped(EmptyLines().Split(content)),
        "" => throw OptionException.Invalid("--split is empty, expected line, blank, none or a separating text.", "Leave --split out to get the default."),
        _ => Stripped(content.Split(split)),
    };

    private static string[] Lines(string content)
    {
        var lines = content.Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line).ToArray();
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    private static string[] Stripped(string[] parts) => [.. parts.Select(part => part.Trim(Blank)).Where(part => part.Length > 0)];

    [GeneratedRegex(@"\n[ \t\r]*\n", RegexOptions.NonBacktracking)]
    private static partial Regex EmptyLines();
}
