using SaeSharp.Models.Checkpoints.Gguf;
using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.Patterns;
using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Gguf;

/// <summary>What <c>tokenizer.ggml.pre</c> names: how texts are cut into words, and what else a model of that name does. As its tokenizer.json says, which llama.cpp imitates.</summary>
/// <remarks>For <c>default</c>, which stands in files that are older than the key, llama.cpp warns and cuts like Falcon; GPT-2's words are those of nearly all the models it can mean.</remarks>
internal sealed record GgufWords(PreTokenizer PreTokenizer)
{
    private const string Key = "tokenizer.ggml.pre", Default = "default";

    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Upper = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", Contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
    private const string Gpt4O = $@"{Upper}*{Lower}+{Contraction}|{Upper}+{Lower}*{Contraction}|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Tekken = $@"{Upper}*{Lower}+|{Upper}+{Lower}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string DeepSeek3 = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly PreTokenizer Bytes = new ByteLevelPreTokenizer(addPrefixSpace: false, intoWords: false), Gpt2 = new ByteLevelPreTokenizer(addPrefixSpace: false, intoWords: true);

    private static readonly Dictionary<string, Func<GgufWords>> Names = new(StringComparer.Ordinal)
    {
        [Default] = () => new(Gpt2),
        ["gpt-2"] = () => new(Gpt2),
        ["phi-2"] = () => new(Gpt2),
        ["starcoder"] = () => new(Sequence(Digits(SplitBehavior.Isolated), Gpt2)),
        ["refact"] = () => new(Sequence(Digits(SplitBehavior.Isolated), Gpt2)),
        ["smollm"] = () => new(Sequence(Digits(SplitBehavior.Isolated), Gpt2)),
        ["falcon"] = () => new(Sequence(new ClassPreTokenizer(UnicodeClasses.Punctuation, SplitBehavior.Contiguous), Gpt2, Digits(SplitBehavior.Contiguous), Split("[0-9][0-9][0-9]"))),
        ["llama-bpe"] = () => new(Sequence(Split(Llama3), Bytes)) { IgnoresMerges = true, AddsBegin = true },
        ["smaug-bpe"] = () => new(Sequence(Split(Llama3), Bytes)),
        ["dbrx"] = () => new(Sequence(Split(Llama3), Bytes)),
        ["qwen2"] = () => new(Sequence(Split(Qwen2), Bytes)) { Normalizer = new NormalForm(compatibility: false, composed: true) },
        ["deepseek-r1-qwen"] = () => new(Sequence(Split(Qwen2), Bytes)),
        ["gpt-4o"] = () => new(Sequence(Split(Gpt4O), Bytes)),
        ["tekken"] = () => new(Sequence(Split(Tekken), Bytes)) { IgnoresMerges = true, AddsBegin = true },
        ["deepseek-coder"] = () => new(Sequence(Split(@"[\r\n]"), Split(@"\s?\p{L}+"), Split(@"\s?\p{P}+"), Split("[一-龥ࠀ-一가-\uD7FF]+"), Digits(SplitBehavior.Isolated), Bytes)),
        ["deepseek-v3"] = () => new(Sequence(Split(@"\p{N}{1,3}"), Split("[一-龥\u3040-ゟ゠-ヿ]+"), Split(DeepSeek3), Bytes)),
    };

    /// <summary>What changes a text first; null for nothing.</summary>
    public Normalizer? Normalizer { get; private init; }

    /// <summary>A word that is itself a token is not taken apart.</summary>
    public bool IgnoresMerges { get; private init; }

    /// <summary>A text begins with a token of its own where the file does not say.</summary>
    public bool AddsBegin { get; private init; }

    public static GgufWords Of(GgufMetadata file)
    {
        var name = file.OptionalText(Key) ?? Default;
        return Names.TryGetValue(name, out var words) ? words() : throw FileException.Unsupported(
            file.Path, Key, $"it is '{name}', expected one of {string.Join(", ", Names.Keys)}", GgufTokenizer.Instead);
    }

    private static SequencePreTokenizer Sequence(params PreTokenizer[] steps) => new(steps);

    private static SplitPreTokenizer Split(string pattern) => new(new Pattern(pattern, PatternSyntax.Ruby), SplitBehavior.Isolated, inverted: false);

    private static ClassPreTokenizer Digits(SplitBehavior behavior) => new(UnicodeClasses.AnyNumber, behavior);
}
