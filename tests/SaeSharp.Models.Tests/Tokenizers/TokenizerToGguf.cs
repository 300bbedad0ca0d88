using System.Globalization;
using System.Text.Json.Nodes;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Writes a tokenizer as llama.cpp's converter does into the metadata of a GGUF file.</summary>
internal static class TokenizerToGguf
{
    private const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    /// <summary>A byte-level BPE of a tokenizer.json, whose words are cut as <paramref name="pre"/> names.</summary>
    public static Dictionary<string, object> OfBytePairs(string file, string pre)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        var (tokens, kinds) = Tokens(json["model"]!["vocab"]!, json["added_tokens"]!.AsArray());
        return new() { ["tokenizer.ggml.model"] = "gpt2", ["tokenizer.ggml.pre"] = pre, ["tokenizer.ggml.tokens"] = tokens, ["tokenizer.ggml.token_type"] = kinds, ["tokenizer.ggml.merges"] = Merges(json) };
    }

    /// <summary>GPT-2's two files.</summary>
    public static Dictionary<string, object> OfGpt2(string folder)
    {
        var (tokens, kinds) = Tokens(JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "vocab.json")))!, []);
        var end = Array.IndexOf(tokens, "<|endoftext|>");
        kinds[end] = Control;
        return new()
        {
            ["tokenizer.ggml.model"] = "gpt2", ["tokenizer.ggml.pre"] = "gpt-2", ["tokenizer.ggml.tokens"] = tokens, ["tokenizer.ggml.token_type"] = kinds,
            ["tokenizer.ggml.merges"] = File.ReadLines(Path.Combine(folder, "merges.txt")).Skip(1).ToArray(), ["tokenizer.ggml.bos_token_id"] = end, ["tokenizer.ggml.eos_token_id"] = end,
        };
    }

    /// <summary>A BPE with byte fallback of a tokenizer.json: the later a token's merge, the worse its score.</summary>
    public static Dictionary<string, object> OfFallback(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        var (tokens, kinds) = Tokens(json["model"]!["vocab"]!, json["added_tokens"]!.AsArray());
        kinds[Array.IndexOf(tokens, "<unk>")] = Unknown;
        var scores = tokens.Select(_ => -1e6f).ToArray();
        foreach (var (rank, merge) in Merges(json).Index().Reverse()) scores[Array.IndexOf(tokens, merge.Replace(" ", "", StringComparison.Ordinal))] = -rank;
        return Pieces(tokens, scores, kinds);
    }

    /// <summary>Pieces of sentencepiece.</summary>
    public static Dictionary<string, object> Pieces(string[] tokens, float[] scores, int[] kinds) => new()
    {
        ["tokenizer.ggml.model"] = "llama", ["tokenizer.ggml.pre"] = "default", ["tokenizer.ggml.tokens"] = tokens, ["tokenizer.ggml.scores"] = scores, ["tokenizer.ggml.token_type"] = kinds,
    };

    private static (string[] Tokens, int[] Kinds) Tokens(JsonNode vocabulary, JsonArray added)
    {
        var special = added.ToDictionary(token => token!["content"]!.GetValue<string>(), token => token!["special"]!.GetValue<bool>());
        var ids = vocabulary.AsObject().ToDictionary(entry => entry.Key, entry => entry.Value!.GetValue<int>());
        foreach (var token in special.Keys.Where(token => !ids.ContainsKey(token))) ids[token] = ids.Values.Max() + 1;
        var byId = ids.ToDictionary(entry => entry.Value, entry => entry.Key);
        string[] tokens = [.. Enumerable.Range(0, byId.Keys.Max() + 1).Select(id => byId.GetValueOrDefault(id) ?? $"[PAD{id}]")];
        return (tokens, [.. tokens.Select((token, id) => !byId.ContainsKey(id) ? Unused : special.TryGetValue(token, out var isSpecial) ? isSpecial ? Control : UserDefined : IsByte(token) ? Byte : Normal)]);
    }

    private static bool IsByte(string token) => token is ['<', '0', 'x', _, _, '>'] && int.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    private static string[] Merges(JsonNode json) =>
        [.. json["model"]!["merges"]!.AsArray().Select(merge => merge is JsonArray pair ? $"{pair[0]!.GetValue<string>()} {pair[1]!.GetValue<string>()}" : merge!.GetValue<string>())];
}
