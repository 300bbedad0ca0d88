using CsCheck;
using SaeSharp.Models.Tokenizers.Models;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Unigram, WordPiece, WordLevel and the trie, each against a plain second reader.</summary>
public class TokenModelTests
{
    private static readonly Gen<string> Short = Gen.Char['a', 'c'].Array[1, 4].Select(units => new string(units));
    private static readonly Gen<string> Word = Gen.OneOf(Gen.Char['a', 'd'].Select(unit => unit.ToString()), Gen.Const("😀")).Array[0, 9].Select(string.Concat);

    [Fact]
    public void The_trie_finds_the_tokens_that_a_text_begins_with() =>
        Gen.Select(Short.Array[0, 12], Word).Sample((words, text) =>
        {
            words = [.. words.Append("😀a").Distinct()];
            var trie = new TokenTrie(words.Select((word, id) => (word, id)));
            var longest = words.Where(word => text.StartsWith(word, StringComparison.Ordinal)).OrderByDescending(word => word.Length).FirstOrDefault();
            Assert.Equal(longest?.Length ?? 0, trie.LongestIn(text, out var id));
            if (longest is not null) Assert.Equal(longest, words[id]);
        });

    /// <summary>Scores are multiples of a power of two, so that sums are exact and ties are ties in any order.</summary>
    [Fact]
    public void The_best_path_has_the_largest_sum_of_all_ways_to_cut_a_word() =>
        Gen.Select(Gen.Select(Short, Gen.Int[1, 40]).Array[1, 10], Word).Sample((entries, text) =>
        {
            var tokens = entries.Select(entry => entry.Item1).Distinct().ToArray();
            var scores = tokens.Select((_, id) => -entries[id].Item2 / 8.0).ToArray();
            var path = new BestPath(tokens, new() { Scores = scores, UnknownScore = -9 });
            var ids = path.Find(text);

            var start = 0;
            foreach (var id in ids)
            {
                var token = id >= 0 ? tokens[id] : char.IsHighSurrogate(text[start]) ? text.Substring(start, 2) : text.Substring(start, 1);
                Assert.Equal(token, text.Substring(start, token.Length));
                start += token.Length;
            }
            Assert.Equal(text.Length, start);
            Assert.Equal(Best(text), ids.Sum(id => id >= 0 ? scores[id] : -9));

            double Best(string rest)
            {
                if (rest.Length == 0) return 0;
                var length = char.IsHighSurrogate(rest[0]) ? 2 : 1;
                var ways = Enumerable.Range(0, tokens.Length).Where(id => rest.StartsWith(tokens[id], StringComparison.Ordinal)).Select(id => scores[id] + Best(rest[tokens[id].Length..]));
                return (tokens.Contains(rest[..length]) ? ways : ways.Append(-9 + Best(rest[length..]))).Max();
            }
        });

    [Fact]
    public void Word_piece_takes_the_longest_beginning_again_and_again() =>
        Gen.Select(Short.Array[1, 10], Short.Array[0, 10], Word.Where(word => word.Length > 0), Gen.Int[1, 9]).Sample((first, inner, text, longest) =>
        {
            string[] all = [.. first.Concat(inner.Select(word => "##" + word)).Append("[UNK]").Distinct()];
            var ids = all.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id);
            var model = new WordPiece(new(ids), new() { UnknownId = ids["[UNK]"], LongestWord = longest });
            var tokens = new List<ModelToken>();
            model.Tokenize(text, tokens);
            Assert.Equal(Naive(), tokens.Select(token => model.TokenOf(token.Id)));
            Assert.Equal((0, text.Length), (tokens[0].Start, tokens[^1].End));

            string[] Naive()
            {
                var result = new List<string>();
                if (text.EnumerateRunes().Count() > longest) return ["[UNK]"];
                for (int start = 0, end; start < text.Length; start = end)
                {
                    end = text.Length;
                    while (end > start && !ids.ContainsKey((start > 0 ? "##" : "") + text[start..end])) end--;
                    if (end == start) return ["[UNK]"];
                    result.Add((start > 0 ? "##" : "") + text[start..end]);
                }
                return [.. result];
            }
        });

    [Theory]
    [InlineData("Hello, <unk>xé", "▁|He|l|l|o|,|▁|<unk>xé")]
    [InlineData("xy", "▁|xy")]
    [InlineData("é", "▁|é")]
    public void Unigram_joins_unknown_characters_and_keeps_their_spelling(string text, string tokens) =>
        Assert.Equal(tokens.Split('|'), Fixtures.Load("unigram").Encode(text).Tokens);

    [Fact]
    public void Unigram_spells_unknown_characters_in_bytes_where_it_has_them_all()
    {
        var tokenizer = Fixtures.LoadChanged("unigram", json => json["model"]!["byte_fallback"] = true);
        Assert.Equal(["▁", "<0xC3>", "<0xA9>", "l"], tokenizer.Encode("él").Tokens);
        Assert.Equal(["▁", "è", "l"], tokenizer.Encode("èl").Tokens);   // no token for A8
        Assert.Equal([(0, 1), (0, 1), (0, 1), (1, 2)], tokenizer.Encode("él").Offsets);
    }

    [Fact]
    public void Without_an_unknown_token_a_text_that_needs_one_is_refused_by_name()
    {
        var tokenizer = Fixtures.LoadChanged("unigram", json => json["model"]!["unk_id"] = null);
        Assert.Equal(["▁", "l"], tokenizer.Encode("l").Tokens);
        Assert.Contains("model.unk_id", Assert.Throws<FileException>(() => tokenizer.Encode("lx")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello", "hel|##lo")]
    [InlineData("h\u00e9llo", "hel|##lo")]
    [InlineData("hello!", "[UNK]")]
    [InlineData("lo", "[UNK]")]
    public void Word_piece_spells_a_word_to_its_end_or_not_at_all(string text, string tokens) =>
        Assert.Equal(tokens.Split('|'), Fixtures.Load("word-piece").Encode(text).Tokens);

    [Fact]
    public void Word_level_knows_whole_words_only()
    {
        var tokenizer = Fixtures.LoadChanged("word-piece", json => json["model"]!["type"] = "WordLevel");
        Assert.Equal(["hel"], tokenizer.Encode("hel").Tokens);
        Assert.Equal(["[UNK]"], tokenizer.Encode("hello").Tokens);
    }

    [Fact]
    public void Ten_million_letters_in_a_row_are_cut_at_once()
    {
        var text = new string('l', 10_000_000);
        Assert.Equal(text.Length / 4, Fixtures.Load("unigram").Encode(text).Ids.Length - 1);
        var words = Fixtures.LoadChanged("word-piece", json => json["model"]!["max_input_chars_per_word"] = int.MaxValue);
        Assert.Equal(text.Length / 2, words.Encode(text).Ids.Length);
    }
}
