using SaeSharp.Models.Checkpoints.Gguf;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tokenizers.Gguf;

/// <summary>The tokenizer in the metadata of a GGUF file, built of the components that tokenizer.json and sentencepiece models have.</summary>
internal static class GgufTokenizer
{
    public const string Ending = ".gguf";

    private const string KindKey = "tokenizer.ggml.model";

    /// <summary>What llama.cpp writes for a model without a tokenizer.</summary>
    private static readonly string?[] Nothing = [null, "none", "no_vocab"];

    private static readonly Dictionary<string, Func<GgufMetadata, TokenizerFile>> Kinds = new(StringComparer.Ordinal)
    {
        ["gpt2"] = GgufBytePairs.Read,
        ["llama"] = GgufPieces.Read,
    };

    /// <summary>Whether the file holds a tokenizer.</summary>
    public static bool IsIn(string path)
    {
        using var file = GgufFile.Open(path);
        return !Nothing.Contains(new GgufMetadata(file).OptionalText(KindKey));
    }

    public static TokenizerFile Read(string path)
    {
        using var file = GgufFile.Open(path);
        var metadata = new GgufMetadata(file);
        var kind = metadata.OptionalText(KindKey) ?? throw FileException.Missing(path, "metadata", KindKey, [.. file.Metadata.Keys]);
        return Kinds.TryGetValue(kind, out var read) ? read(metadata) : throw FileException.Unsupported(
            path, KindKey, $"it is '{kind}', expected one of {string.Join(", ", Kinds.Keys)}", Instead);
    }

    /// <summary>What to do about a tokenizer that cannot be read.</summary>
    public const string Instead = "Put the file into a folder with the model's tokenizer.json, and give the folder.";
}
