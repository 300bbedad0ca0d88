using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using SaeSharp.Models.Tokenizers.AddedTokens;
using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Words, added tokens and character classes, each against a plain second reader.</summary>
public partial class SplittingTests
{
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2Pattern { get; }

    /// <summary>.NET's Regex knows no characters beyond the basic plane, so the law stops there; the reference values go on.</summary>
    [Fact]
    public void Words_of_the_basic_plane_are_those_of_the_pattern() =>
        Gen.OneOf(Gen.Char["'stremvlld "], Gen.Char["  \n\t\u00a0\u3000"], Gen.Char["aé12²½.!?…"], Gen.Char['\u0000', '\ud7ff']).Array[0, 60].Select(units => new string(units)).Sample(text =>
        {
            var words = new List<string>();
            for (int start = 0, end; start < text.Length; start = end)
            {
                end = Gpt2Words.EndOf(text, start);
                words.Add(text[start..end]);
            }
            Assert.Equal(Gpt2Pattern.Matches(text).Select(match => match.Value), words);
        });

    [Fact]
    public void The_matcher_finds_the_leftmost_and_of_those_the_longest() =>
        Gen.Select(Gen.Char['a', 'c'].Array[1, 4].Select(units => new string(units)).Array[0, 6], Gen.Char['a', 'd'].Array[0, 30].Select(units => new string(units))).Sample((words, text) =>
        {
            words = [.. words.Distinct()];
            var matcher = new TokenMatcher(words.Select((word, id) => (word, id)));
            for (var from = 0; from <= text.Length; from++)
            {
                var expected = Enumerable.Range(from, text.Length - from)
                    .Select(start => (start, word: words.Where(word => text.AsSpan(start).StartsWith(word)).MaxBy(word => word.Length)))
                    .FirstOrDefault(found => found.word is not null);
                Assert.Equal(expected.word is not null, matcher.Find(text, from, out var match));
                if (expected.word is not null) Assert.Equal((expected.start, expected.start + expected.word.Length, Array.IndexOf(words, expected.word)), match);
            }
        });

    [Theory, InlineData("regex_classes", @"\p{L}"), InlineData("regex_classes", @"\p{N}"), InlineData("regex_classes", @"\s"), InlineData("pre_tokenizers", "Whitespace takes as word characters")]
    public void Character_classes_are_those_of_the_reference(string group, string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var classes = JsonDocument.Parse(File.ReadAllText(ReferenceTokenizers.Golden("classes.json")));
        var ranges = classes.RootElement.GetProperty(group).GetProperty(name).EnumerateArray().Select(bound => bound.GetInt32()).Chunk(2);
        var expected = ranges.SelectMany(range => Enumerable.Range(range[0], range[1] - range[0] + 1)).ToHashSet();

        var differing = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Where(scalar => expected.Contains(scalar) != IsIn(new Rune(scalar)));
        Assert.Empty(differing.Select(scalar => $"U+{scalar:X4}"));

        bool IsIn(Rune rune)
        {
            var kind = Characters.ClassAt(rune.ToString(), 0, out var length);
            Assert.Equal(rune.Utf16SequenceLength, length);
            return name switch
            {
                @"\p{L}" => kind == CharacterClass.Letter,
                @"\p{N}" => kind == CharacterClass.Number,
                @"\s" => kind == CharacterClass.Space,
                _ => Characters.IsWord(rune),
            };
        }
    }
}
