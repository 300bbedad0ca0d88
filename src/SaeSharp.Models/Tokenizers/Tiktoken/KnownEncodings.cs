namespace SaeSharp.Models.Tokenizers.Tiktoken;

/// <summary>The patterns and special tokens of the encodings that OpenAI has published, which their rank files do not hold.</summary>
internal static class KnownEncodings
{
    private const string EndOfText = "<|endoftext|>";
    private const string Words50K = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s";
    private const string Words100K = @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s";
    private const string Words200K = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>By the name of the rank file, without its ending.</summary>
    public static readonly Dictionary<string, (string Pattern, (string Token, int Id)[] Special)> ByName = new(StringComparer.Ordinal)
    {
        ["r50k_base"] = (Words50K, [(EndOfText, 50256)]),
        ["p50k_base"] = (Words50K, [(EndOfText, 50256)]),
        ["cl100k_base"] = (Words100K, [(EndOfText, 100257), ("<|fim_prefix|>", 100258), ("<|fim_middle|>", 100259), ("<|fim_suffix|>", 100260), ("<|endofprompt|>", 100276)]),
        ["o200k_base"] = (Words200K, [(EndOfText, 199999), ("<|endofprompt|>", 200018)]),
    };
}
