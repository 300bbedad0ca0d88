namespace SaeSharp.Lab.Searching;

/// <summary>The features found, best first.</summary>
public sealed record SearchResult
{
    /// <summary>What was searched by.</summary>
    public required SearchKind By { get; init; }
    /// <summary>The model that read the texts or says the token; null where none was needed.</summary>
    public string? Model { get; init; }
    /// <summary>The texts as they were read; empty for other searches.</summary>
    public required IReadOnlyList<SearchedText> Texts { get; init; }
    /// <summary>SAEs that were searched, from the first layer to the last.</summary>
    public required IReadOnlyList<string> Saes { get; init; }
    /// <summary>Features that were compared: those that pass the filters and have a name, fire, or have a direct path to the logits.</summary>
    public required long Compared { get; init; }
    /// <summary>The best of them.</summary>
    public required IReadOnlyList<FeatureHit> Features { get; init; }
    /// <summary>What a reader should know, such as SAEs that were left out and why.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
    /// <summary>Time of the search, s, without loading models and SAEs.</summary>
    public required double Seconds { get; init; }
}

/// <summary>What features are searched by.</summary>
public enum SearchKind
{
    /// <summary>By name.</summary>
    Label,
    /// <summary>By texts in which they fire.</summary>
    Text,
    /// <summary>By what they make the model say.</summary>
    Says,
    /// <summary>By likeness to another feature.</summary>
    Like,
}

/// <summary>A text that was searched with.</summary>
/// <param name="Text">The text.</param>
/// <param name="Tokens">Its tokens.</param>
public sealed record SearchedText(string Text, IReadOnlyList<TokenCell> Tokens);

/// <summary>A feature that was found.</summary>
public sealed record FeatureHit
{
    /// <summary>Its SAE.</summary>
    public required string Sae { get; init; }
    /// <summary>Its index.</summary>
    public required int Feature { get; init; }
    /// <summary>The hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>The layer in the hook's name; null where it has none.</summary>
    public int? Layer { get; init; }
    /// <summary>What it was ranked by. Label: reciprocal ranks 1 ÷ (60 + rank) by words, by spelling and by meaning, summed. Text: mean over the texts of what Order says. Says: the effect. Like: the cosine.</summary>
    public required double Score { get; init; }
    /// <summary>What it is called; null where nobody named it.</summary>
    public string? Label { get; init; }
    /// <summary>Share of the tokens of its index on which it fires; null without an index.</summary>
    public double? Density { get; init; }
    /// <summary>Its largest value there; null without an index and where it never fires.</summary>
    public double? Max { get; init; }
    /// <summary>Tokens it fires on most; empty without an index.</summary>
    public IReadOnlyList<string> TopTokens { get; init; } = [];
    /// <summary>Where it fires in each of the texts, null for a text in which it does not; empty for other searches.</summary>
    public IReadOnlyList<TextFiring?> Firings { get; init; } = [];
    /// <summary>What it does to the token's logit; null for other searches.</summary>
    public TokenPush? Push { get; init; }
}

/// <summary>A feature in one text.</summary>
/// <param name="Position">The token with its largest value.</param>
/// <param name="Value">That value.</param>
/// <param name="OfMax">Value ÷ its largest value in the index; null without an index.</param>
/// <param name="Quantile">Share of its firings in the index that are smaller; null without an index.</param>
/// <param name="Values">Its value on every token; special tokens are not read and have 0.</param>
public sealed record TextFiring(int Position, double Value, double? OfMax, double? Quantile, IReadOnlyList<double> Values);

/// <summary>The direct effect of a feature's unit decoder row on a token's logit, through the unembedding without the final norm.</summary>
/// <param name="Id">Token id: of several spellings of what was asked for, the one that it promotes most.</param>
/// <param name="Text">Its text.</param>
/// <param name="Effect">Logits a unit of the feature's value.</param>
/// <param name="Z">Effect less its mean over the vocabulary, ÷ its standard deviation.</param>
/// <param name="Rank">How many tokens it promotes more, plus 1.</param>
public sealed record TokenPush(int Id, string Text, double Effect, double Z, int Rank);
