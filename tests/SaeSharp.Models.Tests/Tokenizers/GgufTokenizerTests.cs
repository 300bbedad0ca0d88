using SaeSharp.Models.Chat;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Models.Tokenizers.SentencePiece;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>A tokenizer written into a GGUF file is the one it was made of.</summary>
public class GgufTokenizerTests
{
    private static readonly string[] OwnTexts = ["", " ", "Hello the hello", "  two\n\n lines\t", "don't 1234 €5 naïve 東京 😀", "<s> in the text </s>", "hello<|endoftext|>hello"];

    [Theory]
    [InlineData("gpt2-plain", "gpt-2", "<|endoftext|>"), InlineData("gpt2-plain", "default", "<|endoftext|>"), InlineData("llama3", "llama-bpe", "<|begin_of_text|>"), InlineData("qwen2", "qwen2", "<|endoftext|>")]
    [InlineData("falcon", "falcon", "<|endoftext|>"), InlineData("starcoder", "starcoder", "<|endoftext|>"), InlineData("starcoder", "smollm", "<|endoftext|>"), InlineData("o200k", "gpt-4o", "<|endoftext|>")]
    [InlineData("deepseek-v3", "deepseek-v3", "<|endoftext|>")]
    public void Byte_pairs_give_the_ids_of_the_tokenizer_json_they_were_made_of(string name, string pre, string begin)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var metadata = TokenizerToGguf.OfBytePairs(ReferenceTokenizers.Golden($"{name}/tokenizer.json"), pre);
        metadata["tokenizer.ggml.bos_token_id"] = Array.IndexOf((string[])metadata["tokenizer.ggml.tokens"], begin);
        RequireSame(ReferenceTokenizers.Load(name), Load(metadata), ReferenceTokenizers.Corpus, specialsAsText: false);
    }

    [Theory, InlineData("spm-bpe-llama"), InlineData("spm-bpe-gemma")]
    public void Pieces_give_the_ids_of_the_sentencepiece_model_they_were_made_of(string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var file = ReferenceTokenizers.Golden($"{name}/tokenizer.model");
        var metadata = Pieces(ModelFile.Read(file));
        metadata["tokenizer.ggml.add_bos_token"] = false; // the library adds none
        RequireSame(Tokenizer.Load(file), Load(metadata), ReferenceTokenizers.Corpus, specialsAsText: true);
    }

    [Fact]
    public void Scores_in_the_order_of_merges_give_the_ids_of_llama_2s_tokenizer_json()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        RequireSame(ReferenceTokenizers.Load("llama2-legacy"), Load(TokenizerToGguf.OfFallback(ReferenceTokenizers.Golden("llama2-legacy/tokenizer.json"))), ReferenceTokenizers.Corpus, specialsAsText: false);
    }

    [Fact]
    public void Our_own_tokenizers_survive_the_way_through_a_file()
    {
        RequireSame(Fixtures.Load("gpt2-folder"), Load(TokenizerToGguf.OfGpt2(Fixtures.Folder("gpt2-folder"))), OwnTexts, specialsAsText: false);
        RequireSame(Fixtures.Load("byte-fallback"), Load(TokenizerToGguf.OfFallback(Path.Combine(Fixtures.Folder("byte-fallback"), "tokenizer.json"))), OwnTexts, specialsAsText: false);
    }

    [Theory]
    [InlineData("tokenizer.ggml.pre", "chatglm-bpe", "tokenizer.ggml.pre: it is 'chatglm-bpe', expected one of default, gpt-2")]
    [InlineData("tokenizer.ggml.pre", 3, "tokenizer.ggml.pre: it is 3, expected a text")]
    [InlineData("tokenizer.ggml.model", "rwkv", "tokenizer.ggml.model: it is 'rwkv', expected one of gpt2, llama")]
    [InlineData("tokenizer.ggml.tokens", "one", "expected a list of at most")]
    [InlineData("tokenizer.ggml.bos_token_id", 278, "tokenizer.ggml.bos_token_id: it is 278, expected one of 278 tokens")]
    [InlineData("tokenizer.ggml.add_eos_token", 1, "tokenizer.ggml.add_eos_token: it is 1, expected true or false")]
    public void A_value_that_cannot_be_is_named(string key, object value, string fact)
    {
        var metadata = TokenizerToGguf.OfGpt2(Fixtures.Folder("gpt2-folder"));
        metadata[key] = value;
        Assert.Contains(fact, Assert.Throws<FileException>(() => Load(metadata)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_that_do_not_fit_the_tokens_are_refused()
    {
        foreach (var (key, value, fact) in new (string, object, string)[]
        {
            ("tokenizer.ggml.token_type", new[] { 1, 1 }, "it has 2 values, expected one for each of 278 tokens"),
            ("tokenizer.ggml.token_type", Enumerable.Repeat(7, 278).ToArray(), "token 0 is of kind 7"),
            ("tokenizer.ggml.tokens", new[] { "a", "b", "a" }, "'a' is token 0 already"),
            ("tokenizer.ggml.merges", new[] { "hello" }, "expected a pair of tokens"),
        })
        {
            var metadata = TokenizerToGguf.OfGpt2(Fixtures.Folder("gpt2-folder"));
            if (key.EndsWith("tokens", StringComparison.Ordinal)) foreach (var other in new[] { "tokenizer.ggml.token_type", "tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id" }) metadata.Remove(other);
            metadata[key] = value;
            Assert.Contains(fact, Assert.Throws<FileException>(() => Load(metadata)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_text_gets_the_ends_that_the_file_asks_for()
    {
        var metadata = TokenizerToGguf.OfGpt2(Fixtures.Folder("gpt2-folder"));
        var plain = Load(metadata);
        Assert.Equal(plain.Encode("hello", addSpecial: false).Ids, plain.Encode("hello").Ids);
        metadata["tokenizer.ggml.add_bos_token"] = metadata["tokenizer.ggml.add_eos_token"] = true;
        Assert.Equal([plain.BosId!.Value, .. plain.Encode("hello").Ids, plain.EosId!.Value], Load(metadata).Encode("hello").Ids);
    }

    [Fact]
    public void A_token_of_a_text_is_no_special_one_because_it_ends_texts_or_has_a_usual_id()
    {
        var metadata = TokenizerToGguf.OfGpt2(Fixtures.Folder("gpt2-folder"));
        var newline = Array.IndexOf((string[])metadata["tokenizer.ggml.tokens"], "Ċ");
        metadata["tokenizer.ggml.eos_token_id"] = newline;
        Assert.Equal((newline, "\n"), (Load(metadata).EosId, Load(metadata).Decode([newline])));

        var pieces = Load(TokenizerToGguf.Pieces(["<unk>", "▁", "a"], [0, -1, -2], [2, 1, 1]));
        Assert.Equal((null, null), (pieces.BosId, pieces.EosId));
        Assert.Equal([1, 2], pieces.Encode("a").Ids);
    }

    [Fact]
    public void A_chat_template_in_the_file_is_found_with_its_tokens()
    {
        using var folder = new TemporaryFolder();
        var metadata = TokenizerToGguf.OfGpt2(Fixtures.Folder("gpt2-folder"));
        metadata["tokenizer.chat_template"] = "{{ bos_token }}{% for message in messages %}[{{ message.role }}] {{ message.content }}{% endfor %}";
        var path = folder.Write("model.gguf", RawGguf.File(metadata, []));
        foreach (var place in new[] { path, folder.Path })
            Assert.Equal("<|endoftext|>[user] hello", ChatTemplate.Load(place).Render(Conversation.OfUser("hello", null)).Text);
    }

    private static Dictionary<string, object> Pieces(ModelFile model)
    {
        // The converter writes the spaces of user-defined pieces as spaces.
        var tokens = model.Pieces.Select(piece => piece.Kind == PieceKind.UserDefined ? piece.Text.Replace('▁', ' ') : piece.Text).ToArray();
        var result = TokenizerToGguf.Pieces(tokens, [.. model.Pieces.Select(piece => piece.Score)], [.. model.Pieces.Select(piece => (int)piece.Kind)]);
        result["tokenizer.ggml.add_space_prefix"] = model.AddsSpace;
        result["tokenizer.ggml.remove_extra_whitespaces"] = model.RemovesSpaces;
        return result;
    }

    private static Tokenizer Load(Dictionary<string, object> metadata)
    {
        using var folder = new TemporaryFolder();
        return Tokenizer.Load(folder.Write("tokenizer.gguf", RawGguf.File(metadata, [])));
    }

    private static void RequireSame(Tokenizer expected, Tokenizer actual, IEnumerable<string> texts, bool specialsAsText)
    {
        foreach (var text in texts)
        {
            var (want, have) = (expected.Encode(text, specialsAsText: specialsAsText), actual.Encode(text, specialsAsText: specialsAsText));
            Assert.True(want.Ids.SequenceEqual(have.Ids), $"{text[..Math.Min(text.Length, 200)]}: [{string.Join(' ', want.Ids.Take(60))}] or [{string.Join(' ', have.Ids.Take(60))}]");
            Assert.Equal(expected.Decode(want.Ids), actual.Decode(have.Ids));
        }
    }
}
