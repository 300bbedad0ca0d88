using System.Text.Json;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Single behaviours, worked by hand on the fixtures.</summary>
public class TokenizerTests
{
    private static readonly Tokenizer ByteLevel = Fixtures.Load("byte-level");
    private static readonly Tokenizer ByteFallback = Fixtures.Load("byte-fallback");

    [Theory]
    [InlineData("hello the", "hello|Ġthe")]
    [InlineData("hell o", "hell|Ġ|o")]
    [InlineData("it's", "i|t|'s")]
    [InlineData("a   b", "a|ĠĠ|Ġ|b")]
    [InlineData("caf\u00e9", "caf|Ã©")]
    [InlineData("12 12", "12|Ġ|12")]
    [InlineData("\n\n\nhe", "ĊĊ|Ċ|he")]
    public void Merges_stay_within_words_and_the_lowest_rank_goes_first(string text, string tokens) =>
        Assert.Equal(tokens.Split('|'), ByteLevel.Encode(text).Tokens);

    [Theory]
    [InlineData("and the", "▁|and▁the")]
    [InlineData("he we and the", "▁|he|▁|w|e▁|and▁the")]
    [InlineData("aé", "▁a|<0xC3>|<0xA9>")]
    [InlineData("", "")]
    public void Without_a_pre_tokenizer_merges_cross_spaces_and_other_characters_are_bytes(string text, string tokens) =>
        Assert.Equal(["<s>", .. tokens.Split('|', StringSplitOptions.RemoveEmptyEntries)], ByteFallback.Encode(text).Tokens);

    [Theory]
    [InlineData("a <left>b", "a| <left>|b")]
    [InlineData("a<right>  b", "a|<right>  |b")]
    [InlineData("word wordy", "word|Ġ|w|o|r|d|y")]
    [InlineData("wordless", "wordless")]
    [InlineData("x東京y", "x|東京|y")]
    public void Added_tokens_are_cut_out_first_the_longest_with_the_blanks_they_take(string text, string tokens) =>
        Assert.Equal(tokens.Split('|'), ByteLevel.Encode(text).Tokens);

    [Fact]
    public void Offsets_leave_out_the_blanks_of_byte_level_tokens_and_cover_whole_characters()
    {
        Assert.Equal([(0, 5), (6, 9)], ByteLevel.Encode("hello the").Offsets);
        var emoji = ByteLevel.Encode("a😀b");
        Assert.Equal(["a", "ðŁĺ", "Ģ", "b"], emoji.Tokens);
        Assert.Equal([(0, 1), (1, 3), (1, 3), (3, 4)], emoji.Offsets);
    }

    [Fact]
    public void Special_tokens_are_put_in_front_on_request_only()
    {
        Assert.Equal(ByteFallback.BosId, ByteFallback.Encode("a").Ids[0]);
        Assert.Equal((0, 0), ByteFallback.Encode("a").Offsets[0]);
        Assert.NotEqual(ByteFallback.BosId, ByteFallback.Encode("a", addSpecial: false).Ids[0]);
        Assert.Equal([0, 0, 1, 1, 1], ByteFallback.EncodeFully("a", "b").TypeIds);
    }

    [Fact]
    public void A_stream_gives_a_character_when_its_last_byte_arrives()
    {
        foreach (var tokenizer in new[] { ByteLevel, ByteFallback })
        {
            var stream = tokenizer.StartStream();
            var pieces = tokenizer.Encode("é😀", addSpecial: false).Ids.Select(stream.Push).ToArray();
            Assert.Equal(["é", "😀"], pieces.Where(piece => piece.Length > 0));
        }
    }

    [Fact]
    public void An_unfinished_character_comes_out_at_the_end_as_a_replacement()
    {
        var stream = ByteLevel.StartStream();
        Assert.Equal("", stream.Push(ByteLevel.Encode("😀").Ids[0]));
        Assert.Equal("\ufffd", stream.Flush());
    }

    [Fact]
    public void Roles_come_from_the_files_beside_the_tokenizer()
    {
        Assert.Null(ByteLevel.BosId);
        Assert.Equal("<|end|>", ByteLevel.TokenText(ByteLevel.EosId!.Value));
        Assert.Equal(("<s>", "</s>"), (ByteFallback.TokenText(ByteFallback.BosId!.Value), ByteFallback.TokenText(ByteFallback.EosId!.Value)));
        Assert.Equal("<|endoftext|>", Fixtures.Load("gpt2-folder").TokenText(Fixtures.Load("gpt2-folder").BosId!.Value));
    }

    [Fact]
    public void A_model_without_a_type_is_bpe_as_in_the_first_files_of_the_format() =>
        Assert.Equal(ByteLevel.Encode("hello").Ids, Fixtures.LoadChanged("byte-level", json => json["model"]!["type"] = null).Encode("hello").Ids);

    [Fact]
    public void Unknown_ids_have_no_text_and_are_left_out()
    {
        Assert.Equal("", ByteLevel.TokenText(ByteLevel.VocabularySize));
        Assert.Equal("a", ByteLevel.Decode([.. ByteLevel.Encode("a").Ids, ByteLevel.VocabularySize, -1]));
    }

    [Fact]
    public void The_folder_of_gpt2_gives_the_ids_of_an_independent_implementation()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var folder = ReferenceTokenizers.Load("gpt2-folder");
        using var golden = JsonDocument.Parse(File.ReadAllText(ReferenceTokenizers.Data("gpt2-tokenizer/golden.json")));
        foreach (var row in golden.RootElement.GetProperty("cases").EnumerateArray())
            Assert.Equal(row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), folder.Encode(row.GetProperty("text").GetString()!).Ids);
        foreach (var text in ReferenceTokenizers.Corpus)
            Assert.Equal(ReferenceTokenizers.Load("gpt2-real").Encode(text).Ids, folder.Encode(text).Ids);
    }
}
