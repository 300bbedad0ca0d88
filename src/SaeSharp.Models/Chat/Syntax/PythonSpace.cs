namespace SaeSharp.Models.Chat.Syntax;

/// <summary>White space as Python has it: Unicode's, and the four separators of ASCII.</summary>
internal static class PythonSpace
{
    public static bool Is(char letter) => char.IsWhiteSpace(letter) || letter is >= '\x1c' and <= '\x1f';

    public static int SkipFrom(string text, int at)
    {
        while (at < text.Length && Is(text[at])) at++;
        return at;
    }

    /// <summary>Where the text before <paramref name="end"/> ends without the white space at its end.</summary>
    public static int SkipBackFrom(string text, int end)
    {
        while (end > 0 && Is(text[end - 1])) end--;
        return end;
    }

    public static string TrimEnd(string text) => text[..SkipBackFrom(text, text.Length)];
}
