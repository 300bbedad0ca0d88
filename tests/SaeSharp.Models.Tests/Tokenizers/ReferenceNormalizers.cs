using System.Text;
using System.Text.Json;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>What normalisers do to each single character is what the reference does to it.</summary>
public class ReferenceNormalizers
{
    [Theory, InlineData("NFC"), InlineData("NFD"), InlineData("NFKC"), InlineData("NFKD"), InlineData("Lowercase")]
    public void Characters_of_later_versions_come_out_as_from_the_old_tables(string kind)
    {
        var normalizer = Normalizing.Of(kind);
        foreach (var pair in Classes().GetProperty("normalizer_result_differs_from_python").GetProperty(kind).EnumerateArray())
        {
            var character = new Rune(pair[0].GetInt32()).ToString();
            Assert.Equal(pair[1].GetString(), normalizer.Normalize(Normalizing.Whole(character)).Span.ToString());
        }
    }

    [Theory]
    [InlineData("StripAccents alone drops", "")]
    [InlineData("BertNormalizer.clean_text drops", "")]
    [InlineData("BertNormalizer.clean_text makes a space of", " ")]
    [InlineData("BertNormalizer puts spaces around", null)]
    public void A_set_of_characters_is_the_reference_s(string name, string? becomes)
    {
        var clean = new BertNormalizer(new() { CleansText = true });
        var part = new BertNormalizer(new() { PartsChinese = true });
        Normalizer normalizer = name[0] == 'S' ? FilterNormalizer.Accents : becomes is null ? part : clean;
        var ranges = Classes().GetProperty("normalizers").GetProperty(name).EnumerateArray().Select(bound => bound.GetInt32()).Chunk(2);
        var expected = ranges.SelectMany(range => Enumerable.Range(range[0], range[1] - range[0] + 1)).ToHashSet();

        var differing = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Where(scalar =>
        {
            var character = new Rune(scalar).ToString();
            return expected.Contains(scalar) != (normalizer.Normalize(Normalizing.Whole(character)).Span.ToString() == (becomes ?? $" {character} "));
        });
        Assert.Empty(differing.Select(scalar => $"U+{scalar:X4}"));
    }

    [Theory, InlineData("NFD+StripAccents keeps although category Mn", true), InlineData("NFD+StripAccents drops although not category Mn", false)]
    public void Marks_are_those_of_the_old_table(string name, bool keeps)
    {
        foreach (var scalar in Classes().GetProperty("normalizers").GetProperty(name).EnumerateArray().Select(item => item.GetInt32()))
            Assert.Equal(keeps, !NormalizationTables.IsMark(scalar));
    }

    private static JsonElement Classes()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var classes = JsonDocument.Parse(File.ReadAllText(ReferenceTokenizers.Golden("classes.json")));
        return classes.RootElement.Clone();
    }
}
