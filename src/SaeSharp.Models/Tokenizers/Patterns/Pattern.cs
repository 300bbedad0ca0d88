namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>A regular expression over code points, in the dialect of the tokenizer that brings it. Safe to use from several threads.</summary>
/// <remarks>.NET's own Regex works on UTF-16 units, where a character beyond the basic plane is two halves that belong to no class, and has no <c>&amp;&amp;</c>, <c>\p{Han}</c> or possessive repeats.</remarks>
internal sealed class Pattern
{
    private const int LongestPattern = 1 << 16;
    private readonly PatternProgram program;

    /// <exception cref="PatternException">It is malformed, too large, or asks for what is not supported.</exception>
    public Pattern(string pattern, PatternSyntax syntax)
    {
        if (pattern.Length > LongestPattern) throw new PatternException($"a pattern of {LongestPattern} characters at most");
        program = PatternCompiler.Compile(PatternParser.Parse(pattern, syntax));
    }

    /// <summary>A matcher for one text, to be disposed of after it.</summary>
    public PatternMatcher On(ReadOnlySpan<char> text) => new(program, text);

    /// <summary>All matches from left to right: start, end. An empty match right behind the match before it does not count.</summary>
    public void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        var matcher = On(text);
        try
        {
            while (matcher.FindNext(out var start, out var end)) matches.Add((start, end));
        }
        finally { matcher.Dispose(); }
    }
}
