namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Takes out the spaces that word tokenizers leave before punctuation and in contractions.</summary>
internal static class EnglishSpacing
{
    private static readonly (string Spaced, string Clean)[] Rules =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static string Clean(string text)
    {
        foreach (var (spaced, clean) in Rules) text = text.Replace(spaced, clean, StringComparison.Ordinal);
        return text;
    }
}
