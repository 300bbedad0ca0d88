namespace SaeSharp.Numerics.Files;

/// <summary>Text from a hostile file, made fit for an error message.</summary>
internal static class Printable
{
    private const int Longest = 120;

    /// <summary>The text without control characters and direction marks, cut where it is long.</summary>
    public static string Of(string text)
    {
        var cut = text.Length <= Longest ? text : $"{text[..Longest]}...";
        return string.Concat(cut.Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format ? '?' : c));
    }
}
