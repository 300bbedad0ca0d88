namespace SaeSharp.Lab.Searching;

/// <summary>Find features: by name, by texts in which they fire, by what they make the model say, or by likeness to another. All filters act before the best are taken. With --releases, find published SAEs.</summary>
public sealed record SearchRequest
{
    /// <summary>Most features a search returns.</summary>
    public const int MostFeatures = 1000;

    /// <summary>Words of a feature's name; what is spelled alike or means the same to the model counts, too.</summary>
    public string? Label { get; init; }
    /// <summary>A text, or several: features that fire in all of them.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];
    /// <summary>With one text: only these tokens of it, by position; features are ranked by what they sum to there.</summary>
    public IReadOnlyList<int>? At { get; init; }
    /// <summary>With several texts: the share of them in which a feature must fire.</summary>
    public double Share { get; init; } = 1;
    /// <summary>How features that fire are ranked: of-max (share of the feature's own largest value), value, or quantile (of its own firings).</summary>
    public FiringOrder Order { get; init; }
    /// <summary>A token that the features' decoder rows make likelier, such as sea; #12 is the token with id 12.</summary>
    public string? Says { get; init; }
    /// <summary>A feature SAE:N whose decoder row is to be matched, within its SAE and across layers.</summary>
    public string? Like { get; init; }
    /// <summary>Model that reads the texts and says the token. Left out: the one that all the SAEs were trained on.</summary>
    public string? Model { get; init; }
    /// <summary>SAEs to search. Left out: every SAE in the workspace, or every one of the model.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>Only these layers; several with commas between them.</summary>
    public OneOrMore<int> Layers { get; init; }
    /// <summary>Only features that fire on at least this share of the tokens of their index.</summary>
    public double? MinDensity { get; init; }
    /// <summary>Only features that fire on at most this share of the tokens of their index.</summary>
    public double? MaxDensity { get; init; }
    /// <summary>Only features whose largest value in their index is at least this.</summary>
    public double? MinMax { get; init; }
    /// <summary>Only features that have a name.</summary>
    public bool Labelled { get; init; }
    /// <summary>Only features that a person bookmarked.</summary>
    public bool Bookmarked { get; init; }
    /// <summary>Features to return.</summary>
    public int Top { get; init; } = 20;
    /// <summary>Instead of features: published SAEs whose release, model, repository or hook holds these words; a release's whole name lists its SAEs.</summary>
    public string? Releases { get; init; }
}

/// <summary>What firing features are ranked by.</summary>
public enum FiringOrder
{
    /// <summary>Value ÷ the feature's largest value in its index; without an index ÷ the largest value of its SAE on these texts.</summary>
    OfMax,
    /// <summary>The value.</summary>
    Value,
    /// <summary>Share of the feature's firings in its index that are smaller; 0 without an index.</summary>
    Quantile,
}
