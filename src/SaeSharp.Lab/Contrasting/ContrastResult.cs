using System.Text.Json.Serialization;
using SaeSharp.Lab.Probing;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Lab.Contrasting;

/// <summary>What tells two sets of prompts apart.</summary>
/// <remarks>Features are chosen and ranked on one half of the prompts; what is called held out was measured on the other. AUROC: the chance that a prompt of A has more of it than one of B, ties counting half; below 0.5 for features of B.</remarks>
public sealed record ContrastResult
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>Prompts of A.</summary>
    public required int PromptsA { get; init; }
    /// <summary>Prompts of B.</summary>
    public required int PromptsB { get; init; }
    /// <summary>Prompts of A and B together in the choosing half.</summary>
    public required int Choosing { get; init; }
    /// <summary>Whether the n-th prompts of both belong together.</summary>
    public required bool Paired { get; init; }
    /// <summary>How tokens were pooled.</summary>
    public required Pooling Pooling { get; init; }
    /// <summary>The chosen positions; left out where none were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? At { get; init; }
    /// <summary>The first prompt of A as the chat template made it; left out where prompts were taken as they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PromptText { get; init; }
    /// <summary>Tokens read.</summary>
    public required long Tokens { get; init; }
    /// <summary>Features that fire on a prompt: the family of the q-values.</summary>
    public required int Tested { get; init; }
    /// <summary>Random relabellings.</summary>
    public required int Shuffles { get; init; }
    /// <summary>Features with q below 0.05.</summary>
    public required int Significant { get; init; }
    /// <summary>Features that part the sets without a mistake, beside what chance gives.</summary>
    public required PerfectSeparators Perfect { get; init; }
    /// <summary>Features that are larger on A, best first.</summary>
    public required IReadOnlyList<ContrastFeature> HigherInA { get; init; }
    /// <summary>Features that are larger on B, best first.</summary>
    public required IReadOnlyList<ContrastFeature> HigherInB { get; init; }
    /// <summary>Small sets of features with a logistic regression on them, each grown by the feature that helps most on the choosing half.</summary>
    public required IReadOnlyList<ContrastSet> Sets { get; init; }
    /// <summary>What the sets differ in beside their meaning: how well that alone tells them apart, on the held-out half.</summary>
    public required IReadOnlyList<ContrastConfound> Confounds { get; init; }
    /// <summary>One entry for each SAE, from the first layer to the last.</summary>
    public required IReadOnlyList<ContrastLayer> Layers { get; init; }
    /// <summary>The bundle; null where no feature fires or its SAE cannot be steered with.</summary>
    public ContrastBundle? Bundle { get; init; }
    /// <summary>What a reader should know before believing the numbers.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
    /// <summary>Time of reading and encoding, s.</summary>
    public required double ReadSeconds { get; init; }
    /// <summary>Time of all, without loading model and SAEs, s.</summary>
    public required double Seconds { get; init; }
}

/// <summary>Features that part two sets of prompts without a mistake.</summary>
/// <param name="Found">How many do, on all prompts. With pairs: in every pair the same way round.</param>
/// <param name="Expected">How many would under random labels: exact, from each feature's own ties.</param>
/// <param name="FoundChoosing">How many do on the choosing half.</param>
/// <param name="ExpectedChoosing">How many would there under random labels.</param>
/// <param name="HeldUp">How many of those do on the held-out half, too, the same way round.</param>
public sealed record PerfectSeparators(int Found, double Expected, int FoundChoosing, double ExpectedChoosing, int HeldUp);

/// <summary>A feature that tells the sets apart.</summary>
public sealed record ContrastFeature
{
    /// <summary>Its SAE.</summary>
    public required string Sae { get; init; }
    /// <summary>Its index.</summary>
    public required int Feature { get; init; }
    /// <summary>What it is called; null where nobody named it.</summary>
    public string? Label { get; init; }
    /// <summary>The hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>The layer in the hook's name, null where it has none.</summary>
    public int? Layer { get; init; }
    /// <summary>AUROC on all prompts with its 95 % interval (DeLong; Wilson where the sets are parted without a mistake).</summary>
    public required Estimate Auroc { get; init; }
    /// <summary>AUROC on the choosing half.</summary>
    public required double ChoosingAuroc { get; init; }
    /// <summary>AUROC on the held-out half with its interval.</summary>
    public required Estimate HeldOutAuroc { get; init; }
    /// <summary>Share of prompts of A on which it fires.</summary>
    public required double RateA { get; init; }
    /// <summary>Share of prompts of B on which it fires.</summary>
    public required double RateB { get; init; }
    /// <summary>Mean over the prompts of A, in units of latents.</summary>
    public required double MeanA { get; init; }
    /// <summary>Mean over the prompts of B.</summary>
    public required double MeanB { get; init; }
    /// <summary>Mean of A less mean of B: the natural difference.</summary>
    public required double Difference { get; init; }
    /// <summary>Its own maximum: the largest value in the index, or on these prompts where it has none.</summary>
    public required double Max { get; init; }
    /// <summary>Whether <see cref="Max"/> comes from an index.</summary>
    public required bool MaxOfIndex { get; init; }
    /// <summary>Difference ÷ own maximum.</summary>
    public required double Effect { get; init; }
    /// <summary>(1 + relabellings in which the feature itself parts the sets as well or better) ÷ (1 + relabellings).</summary>
    public required double P { get; init; }
    /// <summary>Share of false discoveries among all features that do as well or better: Benjamini-Hochberg over every tested feature of every layer, from the relabellings of all features that fire about as often; doubled, since features depend on each other.</summary>
    public required double Q { get; init; }
    /// <summary>(1 + relabellings in which any feature of any layer does as well or better) ÷ (1 + relabellings): the stricter figure, for one claim about one feature.</summary>
    public required double PMax { get; init; }
    /// <summary>Its AUROC among prompts that are alike in one respect.</summary>
    public required IReadOnlyList<MatchedAuroc> Matched { get; init; }
    /// <summary>Whether pushing it does anything; null where its SAE cannot be steered with.</summary>
    public Steerability? Steering { get; init; }
}

/// <summary>AUROC over pairs of prompts that are alike.</summary>
/// <param name="Alike">In what: length, first word, last mark.</param>
/// <param name="Auroc">AUROC over those pairs; null where there are none.</param>
/// <param name="Pairs">How many there are.</param>
public sealed record MatchedAuroc(string Alike, double? Auroc, long Pairs);

/// <summary>What a push of the feature does to the next token after a neutral prompt. The push: ten times the largest latent of its last token is added there.</summary>
/// <param name="OutputScore">(1 − rank ÷ vocabulary) · p of the likeliest of the 20 tokens that the feature promotes most by its direct effect (arXiv:2505.20063, its published code): 1 where it says what it stands for, 0 where it does not speak.</param>
/// <param name="ConfidenceChange">−log p of the likeliest next token, with less without the push, nats (ΔC₁ of arXiv:2510.03659): what moves the distribution far either way steers best there.</param>
/// <param name="Push">Length of the push.</param>
/// <param name="Says">The tokens promoted most.</param>
public sealed record Steerability(double? OutputScore, double ConfidenceChange, double Push, IReadOnlyList<string> Says);

/// <summary>A few features together.</summary>
/// <param name="Size">How many.</param>
/// <param name="Features">Which, in the order they came in.</param>
/// <param name="ChoosingAccuracy">Share of the choosing half told right.</param>
/// <param name="Accuracy">Share of the held-out half told right, with Wilson's 95 % interval.</param>
/// <param name="Auroc">AUROC on the held-out half.</param>
public sealed record ContrastSet(int Size, IReadOnlyList<ContrastSetFeature> Features, double ChoosingAccuracy, Estimate Accuracy, double Auroc);

/// <summary>A feature of a set.</summary>
/// <param name="Sae">Its SAE.</param>
/// <param name="Feature">Its index.</param>
/// <param name="Weight">Its weight, per share of its largest value on these prompts: above 0 speaks for A.</param>
public sealed record ContrastSetFeature(string Sae, int Feature, double Weight);

/// <summary>Something beside meaning that may tell the sets apart.</summary>
/// <param name="Name">length, first word, punctuation or vocabulary.</param>
/// <param name="Auroc">AUROC on the held-out half of a logistic regression on it, with its 95 % interval.</param>
public sealed record ContrastConfound(string Name, Estimate Auroc);

/// <summary>One SAE's features together.</summary>
public sealed record ContrastLayer
{
    /// <summary>The SAE.</summary>
    public required string Sae { get; init; }
    /// <summary>Its hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>The layer in the hook's name, null where it has none.</summary>
    public int? Layer { get; init; }
    /// <summary>Features that fire on a prompt.</summary>
    public required int Tested { get; init; }
    /// <summary>Features with q below 0.05.</summary>
    public required int Significant { get; init; }
    /// <summary>The rival: a linear probe on the activations that the SAE reads, pooled alike, fitted on the choosing half.</summary>
    public required ContrastProbe Probe { get; init; }
    /// <summary>The features that stand out most, for drawing.</summary>
    public required IReadOnlyList<SwarmPoint> Swarm { get; init; }
    /// <summary>How many features have an AUROC in each of 50 equal parts of 0 to 1.</summary>
    public required IReadOnlyList<int> Histogram { get; init; }
}

/// <summary>Linear directions of the activations, fitted on the choosing half and measured on the other.</summary>
/// <param name="Accuracy">Share told right by the logistic regression, with Wilson's interval.</param>
/// <param name="Auroc">AUROC of the logistic regression.</param>
/// <param name="MeanDifferenceAuroc">AUROC along the difference of the two means.</param>
public sealed record ContrastProbe(Estimate Accuracy, double Auroc, double MeanDifferenceAuroc);

/// <summary>A feature as a point.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Auroc">AUROC on all prompts.</param>
/// <param name="HeldOut">AUROC on the held-out half.</param>
/// <param name="Q">Its q-value.</param>
public sealed record SwarmPoint(int Feature, double Auroc, double HeldOut, double Q);

/// <summary>Features to push together.</summary>
/// <param name="Sae">Their SAE.</param>
/// <param name="Toward">Which set they push towards.</param>
/// <param name="Edits">The pushes as an edits file holds them.</param>
public sealed record ContrastBundle(string Sae, ContrastSide Toward, IReadOnlyList<EditSpec> Edits);
