using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tokenizers.Training;

/// <summary>Learns a tokenizer from texts and writes it as tokenizer.json, which <see cref="Tokenizer.Load"/> and Hugging Face's tokenizers read.</summary>
public static class TokenizerTraining
{
    /// <summary>The token that begins and ends a text.</summary>
    public const string EndOfText = "<|endoftext|>";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Learns a byte-level BPE vocabulary and writes tokenizer.json and tokenizer_config.json. A text gets <see cref="EndOfText"/> in front.</summary>
    /// <param name="texts">What it learns from.</param>
    /// <param name="size">Tokens, at least 257; fewer come out where the texts hold no more pairs.</param>
    /// <param name="folder">Where to.</param>
    /// <returns>How many tokens there are.</returns>
    public static int Write(IEnumerable<string> texts, int size, string folder)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var trainer = new BytePairTrainer();
        foreach (var text in texts) trainer.Add(text);
        var vocabulary = trainer.Learn(size, EndOfText);
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "tokenizer.json"), Tokenizer(vocabulary).ToJsonString(Indented));
        AtomicFile.Write(Path.Combine(folder, "tokenizer_config.json"), new JsonObject
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast", ["bos_token"] = EndOfText, ["eos_token"] = EndOfText, ["clean_up_tokenization_spaces"] = false,
        }.ToJsonString(Indented));
        return vocabulary.Tokens.Count;
    }

    private static JsonObject Tokenizer(LearntVocabulary vocabulary)
    {
        var (tokens, merges) = (new JsonObject(), new JsonArray());
        foreach (var (id, token) in vocabulary.Tokens.Index()) tokens[token] = id;
        foreach (var (left, right) in vocabulary.Merges) merges.Add(new JsonArray(left, right));
        return new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. vocabulary.Specials.Select((token, id) => Added(token, id))]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = ByteLevel(addPrefixSpace: false),
            ["post_processor"] = Frame(EndOfText, 0),
            ["decoder"] = ByteLevel(addPrefixSpace: true),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = null, ["end_of_word_suffix"] = null, ["fuse_unk"] = false,
                ["byte_fallback"] = false, ["ignore_merges"] = false, ["vocab"] = tokens, ["merges"] = merges,
            },
        };
    }

    private static JsonObject Added(string token, int id) => new()
    {
        ["id"] = id, ["content"] = token, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
    };

    private static JsonObject ByteLevel(bool addPrefixSpace) => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = addPrefixSpace, ["trim_offsets"] = true, ["use_regex"] = true };

    /// <summary>The token in front of each text.</summary>
    private static JsonObject Frame(string token, int id) => new()
    {
        ["type"] = "TemplateProcessing",
        ["single"] = new JsonArray(Special(token), Sequence("A", 0)),
        ["pair"] = new JsonArray(Special(token), Sequence("A", 0), Special(token), Sequence("B", 1)),
        ["special_tokens"] = new JsonObject { [token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(token) } },
    };

    private static JsonObject Special(string token) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = 0 } };

    private static JsonObject Sequence(string name, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = type } };
}
