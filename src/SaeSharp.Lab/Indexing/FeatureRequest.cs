namespace SaeSharp.Lab.Indexing;

/// <summary>A feature's page: statistics, examples, logits and neighbours.</summary>
public sealed record FeatureRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>The feature's index, from 0.</summary>
    public required int Feature { get; init; }
    /// <summary>Name of the index; left out: the newest of exactly this SAE's weights.</summary>
    public string? Index { get; init; }
    /// <summary>Top examples to return.</summary>
    public int Examples { get; init; } = 20;
    /// <summary>Tokens, logits and neighbours to return in each list.</summary>
    public int Top { get; init; } = 10;
}

/// <summary>A list of an index' features.</summary>
public sealed record FeaturesRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>Name of the index; left out: the newest of exactly this SAE's weights.</summary>
    public string? Index { get; init; }
    /// <summary>Order of the list.</summary>
    public FeatureOrder Order { get; init; } = FeatureOrder.Index;
    /// <summary>Features to pass over.</summary>
    public int Skip { get; init; }
    /// <summary>Features to return.</summary>
    public int Take { get; init; } = 50;
    /// <summary>Only features that fire at least once.</summary>
    public bool AliveOnly { get; init; }
}

/// <summary>Order of a list of features.</summary>
public enum FeatureOrder
{
    /// <summary>By index.</summary>
    Index,
    /// <summary>Most frequent first.</summary>
    Density,
    /// <summary>Largest maximum first.</summary>
    Max,
}

/// <summary>A part of an index' list of features.</summary>
/// <param name="Index">The index.</param>
/// <param name="Count">Features in the whole list.</param>
/// <param name="Features">This part.</param>
public sealed record FeaturesResult(IndexInfo Index, int Count, IReadOnlyList<FeatureSummary> Features);

/// <summary>One feature in a list.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Fired">Tokens on which it fires.</param>
/// <param name="Density">Fired ÷ N.</param>
/// <param name="Mean">Mean value where it fires; null where it never does.</param>
/// <param name="Max">Largest value; null where it never fires.</param>
/// <param name="TopTokens">Texts of the tokens it fires on most.</param>
/// <param name="Label">What it is called; null where nobody named it.</param>
public sealed record FeatureSummary(int Feature, long Fired, double Density, double? Mean, double? Max, IReadOnlyList<string> TopTokens, string? Label = null);
