using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CsCheck;
using SaeSharp.Models.Tokenizers.Patterns;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Patterns: against a naive matcher on random patterns and texts, and what is special to each syntax.</summary>
public class PatternTests
{
    private static readonly Gen<string> RandomPattern = PatternOf(3);

    private static readonly Gen<string> RandomText = OneOf("a", "b", "ab", "\n", "𝔸", " ").Array[0, 12].Select(string.Concat);

    [Fact]
    public void Every_match_is_the_one_of_a_naive_matcher() => Gen.Select(RandomPattern, RandomText).Sample((source, text) =>
    {
        var node = PatternParser.Parse(source, PatternSyntax.Ruby);
        if (!TryCompile(source, out var pattern)) return;
        var matcher = pattern.On(text);
        try
        {
            for (var start = 0; start <= text.Length; start += start < text.Length && char.IsHighSurrogate(text[start]) ? 2 : 1)
                Assert.True((Naive(node, text, start, end => end) ?? -1) == matcher.MatchAt(start), $"{source} on '{text}' at {start}");
        }
        finally { matcher.Dispose(); }
    }, iter: 20_000);

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa|a?)+$")]
    [InlineData("(?:(?:a|a)*)*b")]
    [InlineData("a*a*a*a*a*b")]
    [InlineData("a*b|a")]
    [InlineData("(?:ab?)*c|a")]
    [InlineData(@"(?=(?:a|aa)*b)a|.")]
    public void A_hostile_pattern_takes_a_bounded_number_of_steps_for_each_character(string source)
    {
        var found = new List<(int, int)>();
        try { new Pattern(source, PatternSyntax.Ruby).FindAll(new string('a', 3_000) + "!", found); }
        catch (ModelException error) { Assert.Contains("too much time", error.Message, StringComparison.Ordinal); }
    }

    [Theory]
    [InlineData(@"\p{N}{1,3}+", "1234567", false, "1234567")]
    [InlineData(@"\p{N}{1,3}+", "1234567", true, "123|456|7")]
    [InlineData(@"\s+$", "a \nb \t", false, " | \t")]
    [InlineData(@"\s+$", "a \nb \t", true, " \t")]
    [InlineData("(?i:'S)", "'s 'ſ 'S", false, "'s|'ſ|'S")]
    [InlineData(@"\h+", "xdeadbeef", false, "deadbeef")]
    [InlineData(@"[\p{L}&&[^\p{Han}]]+", "ab漢字c", false, "ab|c")]
    [InlineData(@"[a[bc]d&&[^c]]+", "abcd", false, "ab|d")]
    [InlineData(@"(?<=a)b", "ab bb", false, "b")]
    [InlineData(@"(?<!a)b", "ab bb", false, "b|b")]
    [InlineData(@"\p{L}+", "a𠀀b", false, "a𠀀b")]
    [InlineData(@"x{,2}y", "xxxy", false, "xxy")]
    [InlineData(@"x{a", "x{a", false, "x{a")]
    [InlineData("(?x) a  b # both", "ab", false, "ab")]
    [InlineData("a(?i)b|c", "aB aC ac", false, "aB|aC|ac")]
    public void Reads_what_is_special_to_its_syntax(string source, string text, bool rust, string expected)
    {
        var found = new List<(int Start, int End)>();
        new Pattern(source, rust ? PatternSyntax.Rust : PatternSyntax.Ruby).FindAll(text, found);
        Assert.Equal(expected, string.Join('|', found.Select(match => text[match.Start..match.End])));
    }

    [Theory]
    [InlineData("(a[b")]
    [InlineData("a)")]
    [InlineData(@"\p{Klingon}+")]
    [InlineData("*a")]
    [InlineData("[z-a]")]
    [InlineData(@"(a)\1")]
    [InlineData("a{2,1}")]
    [InlineData(@"a\")]
    [InlineData("(?<=a*)b")]
    [InlineData("(?:(?:(?:a?b?){999}){999}){999}")]
    public void Refuses_what_it_cannot_read(string source) => Assert.Throws<PatternException>(() => new Pattern(source, PatternSyntax.Ruby));

    [Fact]
    public void Refuses_groups_nested_too_deep() =>
        Assert.Throws<PatternException>(() => new Pattern(new string('(', 10_000) + new string(')', 10_000), PatternSyntax.Ruby));

    public static TheoryData<string, string> Classes
    {
        get
        {
            if (!SharedFiles.Present) return new() { { "(absent)", "" } };
            using var json = JsonDocument.Parse(File.ReadAllText(ReferenceTokenizers.Golden("classes.json")));
            return [.. json.RootElement.GetProperty("regex_classes").EnumerateObject().Select(row => ("regex_classes", row.Name)), ("pre_tokenizers", "Punctuation isolates"), ("pre_tokenizers", "Digits isolates")];
        }
    }

    [Theory, MemberData(nameof(Classes))]
    public void A_class_holds_what_it_holds_in_the_reference(string group, string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var json = JsonDocument.Parse(File.ReadAllText(ReferenceTokenizers.Golden("classes.json")));
        var expected = CodePointSet.Of(json.RootElement.GetProperty(group).GetProperty(name).EnumerateArray().Select(bound => bound.GetInt32()).Chunk(2).Select(pair => (pair[0], pair[1])));
        var set = name switch
        {
            "Punctuation isolates" => UnicodeClasses.Punctuation,
            "Digits isolates" => UnicodeClasses.AnyNumber,
            _ => Assert.IsType<PatternNode.One>(PatternParser.Parse(name, PatternSyntax.Ruby)).Set,
        };
        var surrogates = CodePointSet.Range(0xD800, 0xDFFF);
        Assert.Equal(expected.Except(surrogates).Ranges, set.Except(surrogates).Ranges);
    }

    [Fact]
    public void Sets_of_code_points_keep_the_laws_of_sets() => Gen.Select(RandomSet(), RandomSet(), Gen.Int[0, 60]).Sample((left, right, point) =>
    {
        Assert.Equal(left.Contains(point) || right.Contains(point), left.Or(right).Contains(point));
        Assert.Equal(left.Contains(point) && right.Contains(point), left.And(right).Contains(point));
        Assert.Equal(left.Contains(point) && !right.Contains(point), left.Except(right).Contains(point));
        Assert.NotEqual(left.Contains(point), left.Not().Contains(point));
        Assert.True(left.Not().Not().SetEquals(left));
    });

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string> PatternOf(int depth)
    {
        var leaf = OneOf("a", "b", "ab", "[ab]", "[^a]", ".", "𝔸", "^", "$", @"\b", @"\n", @"\w", "");
        var run = Gen.Select(OneOf("a", "[ab]", "[^a]", "𝔸"), OneOf("*", "+", "?", "{1,3}", "*+", "++"), (body, times) => body + times);
        if (depth == 0) return Gen.OneOf(leaf, run);
        var inner = PatternOf(depth - 1);
        return Gen.OneOf(
            leaf,
            run,
            Gen.Select(inner, inner, (left, right) => left + right),
            Gen.Select(inner, inner, (left, right) => $"(?:{left}|{right})"),
            Gen.Select(inner, OneOf("*", "+", "?", "{2}", "{1,2}", "{0,3}", "*?", "+?", "??", "*+", "++", "?+"), (body, times) => $"(?:{body}){times}"),
            Gen.Select(inner, OneOf("(?=", "(?!", "(?>"), (body, kind) => $"{kind}{body})"));
    }

    /// <summary>False for the few with more repeats of what may be empty than are allowed.</summary>
    private static bool TryCompile(string source, [NotNullWhen(true)] out Pattern? pattern)
    {
        try { pattern = new(source, PatternSyntax.Ruby); }
        catch (PatternException error)
        {
            Assert.Contains("fewer repeats", error.Expected, StringComparison.Ordinal);
            pattern = null;
        }
        return pattern is not null;
    }

    private static Gen<CodePointSet> RandomSet() =>
        Gen.Select(Gen.Int[0, 50], Gen.Int[0, 9]).Array[0, 5].Select(ranges => CodePointSet.Of(ranges.Select(range => (range.Item1, range.Item1 + range.Item2))));

    /// <summary>The end that <paramref name="then"/> accepts first, trying every way in order.</summary>
    private static int? Naive(PatternNode node, string text, int at, Func<int, int?> then)
    {
        switch (node)
        {
            case PatternNode.One one:
                if (at >= text.Length) return null;
                var point = char.ConvertToUtf32(text, at);
                return one.Set.Contains(point) ? then(at + (point > char.MaxValue ? 2 : 1)) : null;
            case PatternNode.Sequence sequence:
                return sequence.Parts.Count == 0 ? then(at) : Naive(sequence.Parts[0], text, at, next => Naive(new PatternNode.Sequence([.. sequence.Parts.Skip(1)]), text, next, then));
            case PatternNode.Choice choice:
                return choice.Ways.Select(way => Naive(way, text, at, then)).FirstOrDefault(end => end is not null);
            case PatternNode.Atomic atomic:
                return Naive(atomic.Body, text, at, end => end) is { } inner ? then(inner) : null;
            case PatternNode.Look look:
                return Naive(look.Body, text, at, end => end) is not null != look.Negated ? then(at) : null;
            case PatternNode.At place:
                return IsAt(place.Place, text, at) ? then(at) : null;
            case PatternNode.Repeat { Min: > 0 } repeat:
                return Naive(repeat.Body, text, at, next => Naive(repeat with { Min = repeat.Min - 1, Max = repeat.Max < 0 ? -1 : repeat.Max - 1 }, text, next, then));
            case PatternNode.Repeat { Max: 0 }:
                return then(at);
            case PatternNode.Repeat repeat:
                int? More() => Naive(repeat.Body, text, at, next => next == at && repeat.Max < 0 ? then(next) : Naive(repeat with { Max = repeat.Max < 0 ? -1 : repeat.Max - 1 }, text, next, then));
                return repeat.Lazy ? then(at) ?? More() : More() ?? then(at);
            default: throw new InvalidOperationException();
        }
    }

    private static bool IsAt(PatternPlace place, string text, int at) => place switch
    {
        PatternPlace.LineStart => at == 0 || at < text.Length && text[at - 1] == '\n',
        PatternPlace.LineEnd => at == text.Length || text[at] == '\n',
        PatternPlace.WordBoundary => IsWordUnit(text, at) != IsWordUnit(text, at - 1),
        _ => throw new InvalidOperationException(),
    };

    private static bool IsWordUnit(string text, int at) => at >= 0 && at < text.Length && (char.IsLetter(text[at]) || char.IsSurrogate(text[at]));
}
