using System.Globalization;
using System.Text;

namespace SaeSharp.Cli.Output;

/// <summary>Text as it can be shown on a terminal: nothing in it moves the cursor, changes colours or turns the writing round.</summary>
internal static class Visible
{
    /// <summary>On one line: line ends become ⏎.</summary>
    public static string Text(string text) => Clean(text, keepLines: false);

    /// <summary>With its line ends.</summary>
    public static string Lines(string text) => Clean(text, keepLines: true);

    private static string Clean(string text, bool keepLines)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n') clean.Append(keepLines ? '\n' : '⏎');
            else if (rune.Value == '\t') clean.Append(keepLines ? '\t' : '→');
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) clean.Append('\uFFFD');
            else clean.Append(rune);
        }
        return clean.ToString();
    }
}
