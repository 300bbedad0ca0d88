using System.Text.Json.Serialization;

namespace SaeSharp.Lab.Reading;

/// <summary>Features on each token of a prompt, at every layer read.</summary>
public sealed record ReadResult
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>The prompt as the chat template made it; left out for a plain one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PromptText { get; init; }
    /// <summary>The prompt's tokens.</summary>
    public required IReadOnlyList<TokenCell> Tokens { get; init; }
    /// <summary>One entry for each SAE, from the first layer to the last.</summary>
    public required IReadOnlyList<LayerReading> Layers { get; init; }
    /// <summary>The features asked to be followed.</summary>
    public required IReadOnlyList<FollowedFeature> Followed { get; init; }
}

/// <summary>What one SAE reads on every token.</summary>
public sealed record LayerReading
{
    /// <summary>The SAE's name.</summary>
    public required string Sae { get; init; }
    /// <summary>Its hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>The layer in the hook's name, null where it has none.</summary>
    public int? Layer { get; init; }
    /// <summary>Name of the feature index that quantiles and densities come from; null where this SAE has none on this model.</summary>
    public string? Index { get; init; }
    /// <summary>One entry for each token. BOS is read too and marked special; SAEs are not trained on it.</summary>
    public required IReadOnlyList<TokenReading> Tokens { get; init; }
}

/// <summary>What one SAE reads on one token.</summary>
/// <param name="Position">The token's place.</param>
/// <param name="Active">Number of features that fire (L0 of this token).</param>
/// <param name="Norm">‖x‖ of the activation.</param>
/// <param name="ErrorShare">‖y − ŷ‖² ÷ ‖y‖²: what the SAE does not explain here of y, which is x or what a transcoder writes; null where y is zero, and for a layer of a cross-layer transcoder, which explains nothing by itself.</param>
/// <param name="Features">The strongest features, strongest first; ties by index.</param>
public sealed record TokenReading(int Position, int Active, double Norm, double? ErrorShare, IReadOnlyList<FeatureReading> Features);

/// <summary>One feature on one token.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Value">Its latent: the length of what it adds to the reconstruction, its decoder row having length 1.</param>
/// <param name="Quantile">Share of the feature's firings in the index that are below this value, 0 to 1; null without an index.</param>
/// <param name="OfMax">Value ÷ the feature's largest value in the index (above 1: larger than any there); null without an index.</param>
/// <param name="Density">Share of the index' tokens on which the feature fires; null without an index.</param>
/// <param name="Label">What it is called; null where nobody named it.</param>
public sealed record FeatureReading(int Feature, double Value, double? Quantile, double? OfMax, double? Density, string? Label = null);

/// <summary>One feature over all tokens.</summary>
/// <param name="Sae">Its SAE.</param>
/// <param name="Feature">Its index.</param>
/// <param name="Values">Its latent on each token; 0 where it does not fire.</param>
/// <param name="Quantiles">Its quantile on each token; null without an index.</param>
/// <param name="Max">Its largest value outside special tokens.</param>
/// <param name="MaxPosition">Where that is; null where it fires nowhere.</param>
/// <param name="IndexMax">Its largest value in the index; null without an index.</param>
public sealed record FollowedFeature(string Sae, int Feature, IReadOnlyList<double> Values, IReadOnlyList<double>? Quantiles, double Max, int? MaxPosition, double? IndexMax);
