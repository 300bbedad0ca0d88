using System.Text;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Which <see cref="PatternPlace"/> a place in a text is.</summary>
internal static class Places
{
    public static bool Is(PatternPlace place, ReadOnlySpan<char> text, int position) => place switch
    {
        PatternPlace.TextStart => position == 0,
        PatternPlace.TextEnd => position == text.Length,
        PatternPlace.BeforeLastNewline => position == text.Length || position == text.Length - 1 && text[position] == '\n',
        PatternPlace.LineStart => position == 0 || position < text.Length && text[position - 1] == '\n',
        PatternPlace.LineEnd => position == text.Length || text[position] == '\n',
        PatternPlace.WordBoundary => IsBoundary(text, position),
        _ => !IsBoundary(text, position),
    };

    /// <summary>Whether a word begins or ends here.</summary>
    private static bool IsBoundary(ReadOnlySpan<char> text, int position)
    {
        Rune.DecodeFromUtf16(text[position..], out var next, out _);
        Rune.DecodeLastFromUtf16(text[..position], out var before, out _);
        return (position < text.Length && UnicodeClasses.Word.Contains(next.Value)) != (position > 0 && UnicodeClasses.Word.Contains(before.Value));
    }
}
