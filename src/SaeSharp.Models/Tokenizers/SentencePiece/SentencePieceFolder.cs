using System.Globalization;
using SaeSharp.Models.Tokenizers.AddedTokens;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.PostProcessors;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>A tokenizer of a sentencepiece model alone, or with the tokenizer_config.json beside it that says which tokens stand around a text.</summary>
/// <remarks>The model alone finds no control piece in a text, as its library does; the tokens that the config names are found.</remarks>
internal static class SentencePieceFolder
{
    public const string ModelName = "tokenizer.model";
    private const string ConfigName = "tokenizer_config.json";

    private static readonly string[] Roles = ["bos_token", "eos_token", "unk_token", "pad_token"];

    /// <summary>What classes of Hugging Face's put around a text where the config does not say.</summary>
    private static readonly Dictionary<string, (bool Bos, bool Eos)> ClassDefaults = new(StringComparer.Ordinal)
    {
        ["CodeLlamaTokenizer"] = (true, false),
        ["GemmaTokenizer"] = (true, false),
        ["LlamaTokenizer"] = (true, false),
        ["T5Tokenizer"] = (false, true),
    };

    /// <summary>Reads a model file, and the config in its folder where there is one.</summary>
    public static TokenizerFile Read(string modelFile)
    {
        var file = ModelFile.Read(modelFile);
        var pieces = new PieceVocabulary(file);
        var configFile = Path.Combine(Path.GetDirectoryName(modelFile) ?? "", ConfigName);
        JsonField? config = File.Exists(configFile) ? JsonField.Read(configFile) : null;
        var added = config is { } named ? ReadAdded(named) : [];
        var (bos, eos) = (TokenAt(config, "bos_token", pieces, file.Ends.Bos), TokenAt(config, "eos_token", pieces, file.Ends.Eos));
        return new(
            file.ModelType == ModelFile.Algorithm.Bpe ? new PieceBpe(pieces) : new PieceUnigram(pieces),
            added,
            new PieceNormalizer(file, pieces.UserDefined),
            PreTokenizer: null,
            config is { } options ? Around(options, pieces, bos, eos) : null,
            new PieceDecoder(file, pieces, added.Select(token => token.Content).ToHashSet(StringComparer.Ordinal)))
        {
            Bos = bos,
            Eos = eos,
        };
    }

    private static TemplatePostProcessor? Around(JsonField config, PieceVocabulary pieces, string? bos, string? eos)
    {
        var otherwise = ClassDefaults.GetValueOrDefault(config["tokenizer_class"].TextOrNull() ?? "");
        var before = Special("add_bos_token", otherwise.Bos, bos);
        var after = Special("add_eos_token", otherwise.Eos, eos);
        if (before.Length + after.Length == 0) return null;
        return new(
            [.. before, new TemplatePostProcessor.Part.Sequence(0, 0), .. after],
            [.. before, new TemplatePostProcessor.Part.Sequence(0, 0), .. after, .. before, new TemplatePostProcessor.Part.Sequence(1, 1), .. after]);

        TemplatePostProcessor.Part.Special[] Special(string option, bool otherwise, string? token)
        {
            if (!config[option].Flag(otherwise)) return [];
            if (token is null || pieces.IdOf(token) is not { } id) throw config[option].Wrong("a token of the model to put there");
            return [new([(id, token)], 0)];
        }
    }

    private static string? TokenAt(JsonField? config, string role, PieceVocabulary pieces, int id)
    {
        if (config is { } named && !named[role].IsNothing) return ContentOf(named[role]);
        return pieces.TextOf(id);
    }

    /// <summary>The added tokens that the config lists by id, or those that it gives a role.</summary>
    private static AddedToken[] ReadAdded(JsonField config)
    {
        var listed = config["added_tokens_decoder"];
        if (!listed.IsNothing)
            return [.. listed.Members().OrderBy(member => long.TryParse(member.Name, CultureInfo.InvariantCulture, out var id) ? id : throw member.Value.Wrong("under an id")).Select(member => ReadListed(member.Value))];
        var roles = Roles.Select(role => config[role]).Where(token => !token.IsNothing);
        var others = config["additional_special_tokens"];
        return [.. roles.Concat(others.IsNothing ? [] : others.Items()).Select(ContentOf).Distinct().Select(content => new AddedToken(content) { Special = true })];
    }

    private static AddedToken ReadListed(JsonField token) => new(token["content"].Text())
    {
        SingleWord = token["single_word"].Flag(false),
        TakesLeft = token["lstrip"].Flag(false),
        TakesRight = token["rstrip"].Flag(false),
        Normalized = token["normalized"].Flag(false),
        Special = token["special"].Flag(false),
    };

    private static string ContentOf(JsonField token) => token.IsObject ? token["content"].Text() : token.Text();
}
