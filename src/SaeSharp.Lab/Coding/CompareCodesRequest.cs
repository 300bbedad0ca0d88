using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Coding;

/// <summary>The amortisation gap of an SAE: its encoder's codes beside the best that can be found for the same decoder with as many features.</summary>
public sealed record CompareCodesRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public string? Sae { get; init; }
    /// <summary>Model; left out: the one the SAE was trained on, where it is in the workspace.</summary>
    public string? Model { get; init; }
    /// <summary>The texts and their windows.</summary>
    public required CorpusOptions Corpus { get; init; }
    /// <summary>Stop after this many tokens; 0 takes 4,096.</summary>
    public long Tokens { get; init; }
    /// <summary>Features to list that the encoder misses, and that it invents.</summary>
    public int Top { get; init; } = 10;
    /// <summary>A .md to write: a row for each way to code.</summary>
    public string? Table { get; init; }
}

/// <summary>The encoder and the solvers on the same decoder and tokens.</summary>
/// <param name="Sae">The SAE.</param>
/// <param name="Model">The model.</param>
/// <param name="Hook">Its hook point.</param>
/// <param name="Tokens">Tokens that count.</param>
/// <param name="CeOriginal">Mean next-token loss without the SAE, nats.</param>
/// <param name="CeZero">The same with zeros in place of the activations.</param>
/// <param name="Rows">The encoder first.</param>
/// <param name="Missed">Features that OMP uses most where the encoder does not fire them.</param>
/// <param name="Invented">Features that the encoder fires most where OMP does not use them.</param>
public sealed record CompareCodesResult(
    string Sae, string Model, string Hook, long Tokens, double? CeOriginal, double? CeZero, IReadOnlyList<CodeComparison> Rows, IReadOnlyList<FeatureDisagreement> Missed, IReadOnlyList<FeatureDisagreement> Invented);

/// <summary>One way to code.</summary>
/// <param name="Code">encoder, refit (its features with the best weights), omp, lasso or lasso-refit; all with weights of 0 or more.</param>
/// <param name="L0">Mean features on a token.</param>
/// <param name="Fvu">Fraction of variance unexplained.</param>
/// <param name="Ce">Mean next-token loss with the reconstruction in place, nats.</param>
/// <param name="CeRecovered">(CE zero − CE) ÷ (CE zero − CE original).</param>
/// <param name="Overlap">Mean share of the encoder's features that it uses too.</param>
/// <param name="Shrinkage">Mean ‖A·x‖ ÷ ‖b‖: below 1 where weights are too small.</param>
/// <param name="SecondsPerToken">Time to find the code of a token, all threads.</param>
public sealed record CodeComparison(string Code, double? L0, double? Fvu, double? Ce, double? CeRecovered, double? Overlap, double? Shrinkage, double SecondsPerToken);

/// <summary>A feature on which the encoder and OMP disagree.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Disagreements">Tokens on which only one of the two uses it.</param>
/// <param name="Encoder">Tokens on which the encoder fires it.</param>
/// <param name="Omp">Tokens on which OMP uses it.</param>
public sealed record FeatureDisagreement(int Feature, long Disagreements, long Encoder, long Omp);
