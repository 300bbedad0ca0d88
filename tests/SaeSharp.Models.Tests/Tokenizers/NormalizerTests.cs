using System.Text;
using CsCheck;
using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Normalisers: laws on random texts, and single behaviours worked by hand.</summary>
public class NormalizerTests
{
    private static readonly Dictionary<string, string> Fields = new()
    {
        ["BertNormalizer"] = """ "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true """,
        ["Prepend"] = """ "prepend": "▁" """,
        ["Replace"] = """ "pattern": {"String": "a"}, "content": "bc" """,
        ["Sequence"] = """ "normalizers": [{"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, {"type": "Prepend", "prepend": "▁"}] """,
        ["Strip"] = """ "strip_left": true, "strip_right": true """,
    };

    /// <summary>Letters, marks of several classes, Hangul parts and syllables, compatibility characters, and any other.</summary>
    private static readonly Gen<string> Marked = Gen.OneOf(
        Gen.Int['a', 'z'], Gen.Int['A', 'Z'], Gen.Int[0x300, 0x34f], Gen.Int[0xC0, 0x17F], Gen.Int[0x1100, 0x11FF], Gen.Int[0xAC00, 0xAC80], Gen.Int[0xFB00, 0xFB06], Gen.Int[0x1D400, 0x1D460],
        Gen.Int[0x9, 0x20], Gen.Int[0x1E00, 0x1FFF], Gen.Int[0, 0x10FFFF].Where(Rune.IsValid)).Select(scalar => new Rune(scalar).ToString()).Array[0, 20].Select(string.Concat);

    public static TheoryData<string> Kinds => [.. SaeSharp.Models.Tokenizers.Reading.Kinds.Normalizers.Where(kind => kind != "Precompiled")];

    [Theory, MemberData(nameof(Kinds))]
    public void Units_come_from_whole_characters_in_order(string kind)
    {
        var normalizer = Normalizing.Of(kind, Fields.GetValueOrDefault(kind, ""));
        Marked.Sample(text =>
        {
            var (normal, origins) = Normalizing.Run(normalizer, text);
            Assert.Equal(normal, WellFormed.Of(normal));
            var before = (Start: 0, End: 0);
            foreach (var origin in origins)
            {
                Assert.InRange(origin.Start, before.Start, text.Length);
                Assert.InRange(origin.End, Math.Max(origin.Start, before.End), text.Length);
                Assert.False(origin.Start < text.Length && char.IsLowSurrogate(text[origin.Start]) || origin.End < text.Length && char.IsLowSurrogate(text[origin.End]));
                before = origin;
            }
        });
    }

    [Theory, InlineData("NFC"), InlineData("NFD"), InlineData("NFKC"), InlineData("NFKD"), InlineData("StripAccents"), InlineData("Nmt"), InlineData("Strip"), InlineData("Lowercase")]
    public void A_second_time_changes_nothing(string kind)
    {
        var normalizer = Normalizing.Of(kind, Fields.GetValueOrDefault(kind, ""));
        Marked.Sample(text =>
        {
            var once = Normalizing.Run(normalizer, text).Text;
            Assert.Equal(once, Normalizing.Run(normalizer, once).Text);
        });
    }

    [Theory, InlineData("NFC", "NFD"), InlineData("NFD", "NFC"), InlineData("NFKC", "NFD"), InlineData("NFKD", "NFC"), InlineData("NFKC", "NFKD")]
    public void One_form_is_reached_by_way_of_another(string kind, string other)
    {
        var (form, way) = (Normalizing.Of(kind), Normalizing.Of(other));
        Marked.Sample(text => Assert.Equal(Normalizing.Run(form, text).Text, Normalizing.Run(form, Normalizing.Run(way, text).Text).Text));
    }

    [Theory]
    [InlineData("NFC", "e\u0301x", "\u00e9x", "0-1 2-3")]
    [InlineData("NFD", "\u00e9x", "e\u0301x", "0-1 0-1 1-2")]
    [InlineData("NFD", "e\u0301\u0323", "e\u0323\u0301", "0-1 1-2 2-3")]
    [InlineData("NFC", "\u1100\u1161\u11a8", "\uac01", "0-1")]
    [InlineData("NFD", "\uac01", "\u1100\u1161\u11a8", "0-1 0-1 0-1")]
    [InlineData("NFC", "\u212b", "\u00c5", "0-1")]
    [InlineData("NFC", "\u0958", "\u0915\u093c", "0-1 0-1")]
    [InlineData("NFKC", "\ufb01\u0301", "f\u00ed", "0-1 1-2")]
    [InlineData("NFKD", "x\u00bd", "x1\u20442", "0-1 1-2 1-2 1-2")]
    [InlineData("NFKC", "\u32ff", "\u32ff", "0-1")]
    [InlineData("Lowercase", "\u0130A\u03a3", "i\u0307a\u03c3", "0-1 0-1 1-2 2-3")]
    [InlineData("StripAccents", "e\u0301\u0903x", "ex", "0-1 3-4")]
    [InlineData("StripAccents", "\u0301", "", "")]
    [InlineData("Nmt", "\u0001a\u200bb\u0085", "a b\u0085", "1-2 2-3 3-4 4-5")]
    [InlineData("ByteLevel", "a\u00e9", "aÃ©", "0-1 1-2 1-2")]
    [InlineData("Strip", " \u3000a \n", "a", "2-3")]
    [InlineData("Strip", " \n", "", "")]
    [InlineData("Prepend", "😀", "▁😀", "0-2 0-2 0-2")]
    [InlineData("BertNormalizer", "\u0000H\u00c9\t\u4e2d", "he  \u4e2d ", "1-2 2-3 3-4 4-5 4-5 4-5")]
    [InlineData("Sequence", "\u00c9", "▁e", "0-1 0-1")]
    public void Text_and_origins(string kind, string text, string normal, string origins)
    {
        var result = Normalizing.Run(Normalizing.Of(kind, Fields.GetValueOrDefault(kind, "")), text);
        Assert.Equal(normal, result.Text);
        Assert.Equal(origins, string.Join(' ', result.Origins.Select(origin => $"{origin.Start}-{origin.End}")));
    }

    [Theory]
    [InlineData("^", "ab", "▁ab", "0-0 0-1 1-2")]
    [InlineData(" +", "a  b", "a▁b", "0-1 2-3 3-4")]
    [InlineData("$", "ab", "ab▁", "0-1 1-2 1-2")]
    [InlineData("x", "ab", "ab", "0-1 1-2")]
    public void A_pattern_is_replaced_where_it_matches(string pattern, string text, string normal, string origins)
    {
        var replace = Normalizing.Of("Replace", $$""" "pattern": {"Regex": "{{pattern}}"}, "content": "▁" """);
        var result = Normalizing.Run(replace, text);
        Assert.Equal(normal, result.Text);
        Assert.Equal(origins, string.Join(' ', result.Origins.Select(origin => $"{origin.Start}-{origin.End}")));
        Assert.Equal(0, replace.Normalize(Normalizing.Whole("a").Slice(0, 0)).Length);
    }

    [Theory]
    [InlineData("true", "true", "cafe")]
    [InlineData("true", "false", "Cafe")]
    [InlineData("false", "true", "caf\u00e9")]
    [InlineData("null", "true", "cafe")]
    [InlineData("null", "false", "Caf\u00e9")]
    public void Bert_strips_accents_as_told_or_else_where_it_lowers(string strip, string lower, string normal)
    {
        var bert = Normalizing.Of("BertNormalizer", $""" "clean_text": false, "handle_chinese_chars": false, "strip_accents": {strip}, "lowercase": {lower} """);
        Assert.Equal(normal, Normalizing.Run(bert, "Caf\u00e9").Text);
    }

    [Fact]
    public void A_cluster_takes_what_stands_for_its_shortest_beginning_and_a_character_left_out_first_shifts_offsets()
    {
        var map = new PrecompiledNormalizer(CharacterMaps.Of(("a", "bc"), ("\u00e9", ""), ("\u2460", "1")));
        Assert.Equal(("bcx", "0-1 0-1 1-2"), Shown("ax"));
        Assert.Equal(("bcx", "0-1 1-2 2-3"), Shown("a\u0301x"));   // the mark goes with its cluster
        Assert.Equal(("x1", "0-1 2-3"), Shown("x\u00e9\u2460"));
        Assert.Equal(("xy", "0-1 1-2"), Shown("\u00e9xy"));
        Assert.Equal(("xy", "0-1 1-2"), Shown("xy"));

        (string, string) Shown(string text)
        {
            var (normal, origins) = Normalizing.Run(map, text);
            return (normal, string.Join(' ', origins.Select(origin => $"{origin.Start}-{origin.End}")));
        }
    }

    [Fact]
    public void A_million_marks_are_sorted_without_a_quadratic_detour()
    {
        var text = "e" + string.Concat(Enumerable.Repeat("\u0301\u0323", 500_000));
        Assert.Equal(text.Length, Normalizing.Run(Normalizing.Of("NFD"), text).Text.Length);
    }
}
