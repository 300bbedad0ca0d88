using System.Text;
using CsCheck;
using SaeSharp.Models.Tokenizers;
using static SaeSharp.Models.Tests.Tokenizers.PieceModels;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>sentencepiece models of our own: merges against a naive twin, spaces, special pieces, and files that are none.</summary>
public class SentencePieceTests
{
    private static readonly (string, float, int)[] Letters = WithEnds([("▁", -1, Normal), ("a", -2, Normal), ("b", -3, Normal), ("ab", -1.5f, Normal), ("▁a", -1.2f, Normal), ("[X]", 0, UserDefined)]);

    /// <summary>Scores of few values, so that many merges tie; some pieces hold characters that are none themselves.</summary>
    [Fact]
    public void Bpe_merges_like_its_naive_twin() =>
        Gen.Select(Gen.Select(Gen.Char['a', 'e'].Array[1, 4].Select(units => new string(units)), Gen.Int[0, 3]).Array[1, 14], Gen.Char['a', 'e'].Array[1, 12].Select(units => new string(units))).Sample((entries, text) =>
        {
            var pieces = entries.DistinctBy(entry => entry.Item1).Where(entry => entry.Item1 != "e").ToArray();
            var tokenizer = Load(Write(Bpe, WithEnds([.. pieces.Select(piece => (piece.Item1, (float)piece.Item2, Normal))]), normalizer: [(3, 0), (4, 0)]));
            var scores = pieces.ToDictionary(piece => piece.Item1, piece => piece.Item2);
            var symbols = text.Select(unit => unit.ToString()).ToList();
            while (true)
            {
                var (best, at) = (-1, -1);
                for (var i = 0; i + 1 < symbols.Count; i++)
                {
                    if (scores.TryGetValue(symbols[i] + symbols[i + 1], out var score) && score > best) (best, at) = (score, i);
                }
                if (at < 0) break;
                symbols[at] += symbols[at + 1];
                symbols.RemoveAt(at + 1);
            }
            var expected = new List<string>();
            var afterUnknown = false;
            foreach (var symbol in symbols)
            {
                var unknown = !scores.ContainsKey(symbol);
                if (unknown && afterUnknown) expected[^1] += symbol;
                else expected.Add(symbol);
                afterUnknown = unknown;
            }
            Assert.Equal(expected, tokenizer.Encode(text).Tokens);
        });

    [Theory]
    [InlineData("ab a", "▁a|b|▁a")]
    [InlineData("a[X]b", "▁a|[X]|b")]
    [InlineData("  a  b ", "▁a|▁|b")]
    [InlineData(" ", "")]
    [InlineData("", "")]
    [InlineData("cde", "▁|cde")]
    [InlineData("<s>", "▁|<s>")]
    public void Bpe_pieces(string text, string pieces) =>
        Assert.Equal(pieces.Split('|', StringSplitOptions.RemoveEmptyEntries), Load(Write(Bpe, Letters)).Encode(text).Tokens);

    [Fact]
    public void A_control_piece_in_a_text_is_text() =>
        Assert.DoesNotContain(1, Load(Write(Bpe, Letters)).Encode("<s>").Ids);

    [Theory]
    [InlineData(1, 1, "▁a|▁|b", "a b")]
    [InlineData(1, 0, "▁|▁a|▁|▁|b|▁", " a  b ")]
    [InlineData(0, 0, "▁a|▁|▁|b|▁", " a  b ")]
    [InlineData(0, 1, "a|▁|b", "a b")]
    public void Spaces_are_added_and_removed_as_the_file_says(int adds, int removes, string pieces, string decoded)
    {
        var tokenizer = Load(Write(Bpe, Letters, normalizer: [(3, adds), (4, removes)]));
        var encoded = tokenizer.Encode(" a  b ");
        Assert.Equal(pieces.Split('|'), encoded.Tokens);
        Assert.Equal(decoded, tokenizer.Decode(encoded.Ids));
    }

    [Fact]
    public void The_space_of_a_text_can_stand_behind_it() =>
        Assert.Equal(["a", "▁"], Load(Write(Bpe, Letters, trainer: [(24, 1)])).Encode("a").Tokens);

    [Fact]
    public void Unused_pieces_are_taken_apart_again() =>
        Assert.Equal(["▁", "a", "b", "a"], Load(Write(Bpe, WithEnds([("▁", -1, Normal), ("a", -2, Normal), ("b", -3, Normal), ("ab", -0.5f, Unused), ("aba", -1.5f, Unused)]))).Encode("aba").Tokens);

    [Fact]
    public void Unknown_characters_are_bytes_where_the_model_says_so()
    {
        var tokenizer = Load(Write(Bpe, [.. Letters, .. Bytes], trainer: [(35, 1)]));
        var encoded = tokenizer.Encode("a€");
        Assert.Equal(["▁a", "<0xE2>", "<0x82>", "<0xAC>"], encoded.Tokens);
        Assert.Equal((1, 2), encoded.Offsets[3]);
        Assert.Equal("a€", tokenizer.Decode(encoded.Ids));
        Assert.Equal("a\ufffd\ufffd", tokenizer.Decode(encoded.Ids.AsSpan(0, 3)));
    }

    [Fact]
    public void Unigram_takes_a_user_defined_piece_before_likelier_ones()
    {
        var tokenizer = Load(Write(Unigram, WithEnds([("▁", -1, Normal), ("a", -0.01f, Normal), ("b", -0.01f, Normal), ("ab", 0, UserDefined), ("c", -9, Normal)]), normalizer: [(3, 0)]));
        Assert.Equal(["c", "a", "b"], tokenizer.Encode("cab").Tokens);   // the bonus is no more than -0.1
        var rare = Load(Write(Unigram, WithEnds([("a", -1, Normal), ("b", -1, Normal), ("ab", 0, UserDefined)]), normalizer: [(3, 0)]));
        Assert.Equal(["ab", "a"], rare.Encode("aba").Tokens);
    }

    [Fact]
    public void The_longest_rule_of_the_map_counts_and_user_defined_pieces_are_left_alone()
    {
        var map = CharacterMaps.Write(("é", "a"), ("é\u0301", "b"), ("[", "a"));
        var tokenizer = Load(Write(Bpe, Letters, map: map));
        Assert.Equal(["▁a", "b", "[X]", "a"], tokenizer.Encode("éé\u0301[X][").Tokens);
        Assert.Equal([(0, 1), (1, 3), (3, 6), (6, 7)], tokenizer.Encode("éé\u0301[X][").Offsets);
    }

    [Theory]
    [InlineData("""{"add_bos_token": true}""", "<s>|▁a")]
    [InlineData("""{"add_bos_token": false, "add_eos_token": true}""", "▁a|</s>")]
    [InlineData("""{"tokenizer_class": "LlamaTokenizer"}""", "<s>|▁a")]
    [InlineData("""{"tokenizer_class": "T5Tokenizer", "eos_token": {"content": "</s>"}}""", "▁a|</s>")]
    [InlineData("""{}""", "▁a")]
    public void A_folder_adds_what_its_config_says(string config, string tokens)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.model", Write(Bpe, Letters));
        folder.Write("tokenizer_config.json", Encoding.UTF8.GetBytes(config));
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal(tokens.Split('|'), tokenizer.Encode("a").Tokens);
        Assert.Equal(["▁a"], tokenizer.Encode("a", addSpecial: false).Tokens);
        Assert.Equal((1, 2), (tokenizer.BosId, tokenizer.EosId));
    }

    [Fact]
    public void Tokens_that_the_config_names_are_found_in_a_text_unless_it_is_to_stay_text()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.model", Write(Bpe, Letters));
        folder.Write("tokenizer_config.json", """{"added_tokens_decoder": {"2": {"content": "</s>", "special": true}, "9": {"content": "<new>", "special": true}}}"""u8.ToArray());
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal(2, tokenizer.Encode("a</s>").Ids[^1]);
        Assert.Equal(Letters.Length, tokenizer.Encode("<new>").Ids[^1]);
        Assert.NotEqual(2, tokenizer.Encode("a</s>", specialsAsText: true).Ids[^1]);
        Assert.Equal("a</s>", tokenizer.Decode(tokenizer.Encode("a</s>").Ids, skipSpecial: false));
    }

    [Fact]
    public void Ten_million_letters_in_a_row_are_merged_at_once()
    {
        var tokenizer = Load(Write(Bpe, WithEnds([("a", -3, Normal), ("aa", -1, Normal), ("aaaa", -2, Normal)]), normalizer: [(3, 0)]));
        Assert.Equal(2_500_000, tokenizer.Encode(new string('a', 10_000_000)).Ids.Length);
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "pieces: none of 0", [] },
        { "pieces[4]: 'a' stands there a second time", Write(Bpe, WithEnds(("a", 0, Normal), ("a", 0, Normal))) },
        { "pieces[1]: '<unk2>' is a second piece for unknown text", Write(Bpe, [("<unk>", 0, Unknown), ("<unk2>", 0, Unknown)]) },
        { "pieces[0]: an empty piece", Write(Bpe, [("", 0, Normal)]) },
        { "pieces[0]: 'a' is of type 7", Write(Bpe, [("a", 0, 7)]) },
        { "pieces[0]: a number that is not finite", Write(Bpe, [("a", float.NaN, 1)]) },
        { "pieces[3]: '<0x00>' stands for a byte, expected none", Write(Bpe, WithEnds(("<0x00>", 0, PieceModels.Byte))) },
        { "pieces: no piece for the byte <0x01>", Write(Bpe, WithEnds(("<0x00>", 0, PieceModels.Byte)), trainer: [(35, 1)]) },
        { "trainer_spec.model_type: Word", Write(3, Letters) },
        { "normalizer_spec.precompiled_charsmap: 3 bytes", Write(Bpe, Letters, map: [1, 2, 3]) },
        { "normalizer_spec.precompiled_charsmap: an index of 4294967295 bytes", Write(Bpe, Letters, map: [255, 255, 255, 255, 0, 0]) },
        { "byte 4: 100 bytes expected, but 0 are left", [0x12, 0x00, 0x0A, 100] },
        { "byte 1: a field key of 7", [7] },
    };

    [Theory, MemberData(nameof(Broken))]
    public void A_file_that_is_no_model_is_refused_with_its_name_and_the_field(string message, byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<FileException>(() => Tokenizer.Load(folder.Write("tokenizer.model", bytes)));
        Assert.Contains("tokenizer.model: " + message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_model_is_refused_or_read_but_never_fails_otherwise()
    {
        var sound = Write(Unigram, [.. Letters, .. Bytes], trainer: [(35, 1)], map: CharacterMaps.Write(("é", "a"), ("x", "")));
        using var folder = new TemporaryFolder();
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte, Gen.Int[0, 3]).Array[1, 4].Sample(edits =>
        {
            var bytes = sound.ToList();
            foreach (var (at, value, how) in edits)
            {
                if (how == 0) bytes.RemoveRange(Math.Min(at, bytes.Count), Math.Max(0, bytes.Count - at));
                else if (how == 1 && at < bytes.Count) bytes.RemoveAt(at);
                else if (at < bytes.Count) bytes[at] = value;
            }
            try
            {
                var tokenizer = Load([.. bytes], folder);
                _ = tokenizer.Decode(tokenizer.Encode("ab é[X]x € b").Ids);
            }
            catch (FileException error) { Assert.Contains("tokenizer.model", error.Message, StringComparison.Ordinal); }
        }, iter: 3000, threads: 1);
    }

    private static Tokenizer Load(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        return Load(bytes, folder);
    }

    private static Tokenizer Load(byte[] bytes, TemporaryFolder folder) => Tokenizer.Load(folder.Write("tokenizer.model", bytes));
}
