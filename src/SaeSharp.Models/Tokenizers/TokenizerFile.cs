using SaeSharp.Models.Tokenizers.AddedTokens;
using SaeSharp.Models.Tokenizers.Decoders;
using SaeSharp.Models.Tokenizers.Gguf;
using SaeSharp.Models.Tokenizers.Llama2c;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.PostProcessors;
using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.SentencePiece;
using SaeSharp.Models.Tokenizers.Tiktoken;

namespace SaeSharp.Models.Tokenizers;

/// <summary>The components of a tokenizer, as its files describe them.</summary>
internal sealed record TokenizerFile(TokenModel Model, AddedToken[] Added, Normalizer? Normalizer, PreTokenizer? PreTokenizer, PostProcessor? PostProcessor, Decoder? Decoder)
{
    /// <summary>How long texts are shortened, if they are.</summary>
    public Truncation? Truncation { get; init; }

    /// <summary>How short texts are filled up, if they are.</summary>
    public Padding? Padding { get; init; }

    /// <summary>The token that begins a text, where a file beside the tokenizer names one.</summary>
    public string? Bos { get; init; }

    /// <summary>The token that ends a text, where a file beside the tokenizer names one.</summary>
    public string? Eos { get; init; }

    /// <summary>Reads a tokenizer.json, a sentencepiece .model, GPT-2's vocab.json and merges.txt, a rank file of tiktoken, a llama2.c tokenizer.bin, the tokenizer in a GGUF file, or a folder that holds one of them.</summary>
    public static TokenizerFile Read(string fileOrFolder)
    {
        if (!Directory.Exists(fileOrFolder)) return ReadFile(fileOrFolder);
        return ReadFile(TokenizerPlaces.Of(fileOrFolder) ?? throw FileException.Malformed(fileOrFolder, "content", $"no tokenizer, expected {TokenizerPlaces.Expected}"));
    }

    private static TokenizerFile ReadFile(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".model" => SentencePieceFolder.Read(file),
        TiktokenFile.Ending => TiktokenFile.Read(file),
        GgufTokenizer.Ending => GgufTokenizer.Read(file),
        Llama2cTokenizer.Ending => Llama2cTokenizer.Read(file),
        _ when Path.GetFileName(file) == TokenizerPlaces.VocabularyName && Path.Combine(Path.GetDirectoryName(file) ?? "", TokenizerPlaces.MergesName) is var merges && File.Exists(merges) => Gpt2Folder.Read(file, merges),
        _ => ReadJson(file),
    };

    private static TokenizerFile ReadJson(string file)
    {
        var json = JsonField.Read(file);
        if (!json.IsObject) throw json.Wrong("an object");
        if (json["model"].IsNothing) throw json["model"].Wrong("an object that describes a model");
        var added = json["added_tokens"];
        return new(
            Kinds.Models.Read(json["model"], untyped: "BPE"),   // the first files of the format state no type
            added.IsNothing ? [] : [.. added.Items().Select(AddedToken.Read)],
            Kinds.Normalizers.ReadOptional(json["normalizer"]),
            Kinds.PreTokenizers.ReadOptional(json["pre_tokenizer"]),
            Kinds.PostProcessors.ReadOptional(json["post_processor"]),
            Kinds.Decoders.ReadOptional(json["decoder"]))
        {
            Truncation = Truncation.ReadOptional(json["truncation"]),
            Padding = Padding.ReadOptional(json["padding"]),
            Bos = NamedBeside(file, "bos_token"),
            Eos = NamedBeside(file, "eos_token"),
        };
    }

    /// <summary>The token that tokenizer_config.json or special_tokens_map.json gives a role: a text, or an object with its content.</summary>
    private static string? NamedBeside(string file, string role)
    {
        foreach (var name in new[] { "tokenizer_config.json", "special_tokens_map.json" })
        {
            var path = Path.Combine(Path.GetDirectoryName(file) ?? "", name);
            if (!File.Exists(path)) continue;
            var token = JsonField.Read(path)[role];
            if (!token.IsNothing) return token.IsObject ? token["content"].Text() : token.Text();
        }
        return null;
    }
}
