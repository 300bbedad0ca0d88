using System.Globalization;
using System.Text;

namespace SaeSharp.Web.Wording;

/// <summary>Text of tokens and labels, made so that nothing in it is invisible and nothing in it can rearrange the page.</summary>
/// <remarks>Markup needs no care here, since Razor escapes it; control and format characters (line ends, escapes, bidi overrides) do.</remarks>
internal static class VisibleText
{
    /// <summary>The text with every control or format character named: line feed is ↵, tab is ⇥, U+202E is ⟨202E⟩.</summary>
    public static string Of(string text)
    {
        if (!text.EnumerateRunes().Any(IsHidden)) return text;
        var visible = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
            visible.Append(IsHidden(rune) ? Name(rune) : rune.ToString());
        return visible.ToString();
    }

    /// <summary>As <see cref="Of"/> for a token that stands alone: spaces at its edges are shown as ␣, no text at all as ∅.</summary>
    public static string Token(string token)
    {
        if (token.Length == 0) return "∅";
        var visible = Of(token);
        var body = visible.Trim(' ');
        if (body.Length == visible.Length) return visible;
        var before = visible.Length - visible.TrimStart(' ').Length;
        var after = body.Length == 0 ? 0 : visible.Length - visible.TrimEnd(' ').Length;
        return new string('␣', before) + body + new string('␣', after);
    }

    /// <summary>As <see cref="Of"/> for running text: line ends stay line ends.</summary>
    public static string Lines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(Of));

    // Joiners shape emoji and Indic scripts, so they stay.
    private static bool IsHidden(Rune rune) => rune.Value is not (0x200C or 0x200D)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Name(Rune rune) => rune.Value switch
    {
        '\n' => "↵",
        '\r' => "␍",
        '\t' => "⇥",
        _ => $"⟨{rune.Value:X4}⟩",
    };
}
