using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>The words of GPT-2: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.</summary>
/// <remarks>Scanned by hand: .NET's Regex sees characters beyond the basic plane as two halves that belong to no class. Every text is words from end to end.</remarks>
internal static class Gpt2Words
{
    /// <summary>Where the word that starts at <paramref name="start"/> ends.</summary>
    public static int EndOf(ReadOnlySpan<char> text, int start)
    {
        var contraction = ContractionLength(text[start..]);
        if (contraction > 0) return start + contraction;

        var first = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = Characters.ClassAt(text, first, out var length);
        if (kind == CharacterClass.Space) return EndOfSpace(text, start);

        var end = first + length;
        while (end < text.Length && Characters.ClassAt(text, end, out length) == kind) end += length;
        return end;
    }

    /// <summary>A run of white space gives its last character to the word that follows it, if it can.</summary>
    private static int EndOfSpace(ReadOnlySpan<char> text, int start)
    {
        var end = start + 1;
        while (end < text.Length && Characters.IsSpace(text[end])) end++;
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    private static int ContractionLength(ReadOnlySpan<char> text) => text switch
    {
        ['\'', 's' or 't' or 'm' or 'd', ..] => 2,
        ['\'', 'r' or 'v', 'e', ..] or ['\'', 'l', 'l', ..] => 3,
        _ => 0,
    };
}
