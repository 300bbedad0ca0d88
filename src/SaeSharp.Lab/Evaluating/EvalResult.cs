namespace SaeSharp.Lab.Evaluating;

/// <summary>Figures of an SAE on a corpus. BOS (where skipped) is neither encoded, counted nor replaced. A figure that does not exist is null, and <see cref="Reasons"/> says why.</summary>
public sealed record EvalResult
{
    /// <summary>The SAE's name.</summary>
    public required string Sae { get; init; }
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>The hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>Mean number of latents above 0 on a token.</summary>
    public double? L0 { get; init; }
    /// <summary>Mean sum of latents on a token.</summary>
    public double? L1 { get; init; }
    /// <summary>Mean ‖x − x̂‖² of a token, summed over dimensions.</summary>
    public double? Mse { get; init; }
    /// <summary>Fraction of variance unexplained: Σ‖x − x̂‖² ÷ Σ‖x − x̄‖², x̄ the mean of these tokens.</summary>
    public double? Fvu { get; init; }
    /// <summary>1 − mean of ‖x − x̂‖² over tokens ÷ total variance, as SAELens defines it; equals 1 − FVU.</summary>
    public double? ExplainedVariance { get; init; }
    /// <summary>Mean cosine of x and x̂.</summary>
    public double? Cosine { get; init; }
    /// <summary>Mean next-token loss of the untouched model, nats, over counted positions that have a next token.</summary>
    public double? CeOriginal { get; init; }
    /// <summary>The same with x̂ in place of x.</summary>
    public double? CeSpliced { get; init; }
    /// <summary>The same with 0 in place of x.</summary>
    public double? CeZero { get; init; }
    /// <summary>The same with x̄ in place of x.</summary>
    public double? CeMean { get; init; }
    /// <summary>(ceZero − ceSpliced) ÷ (ceZero − ceOriginal): 1 is as good as untouched, 0 as bad as zeros.</summary>
    public double? CeRecovered { get; init; }
    /// <summary>(ceMean − ceSpliced) ÷ (ceMean − ceOriginal).</summary>
    public double? CeRecoveredMean { get; init; }
    /// <summary>Mean KL divergence of the next-token distributions, untouched ‖ spliced, nats.</summary>
    public double? Kl { get; init; }
    /// <summary>Share of the latents that never fire on these tokens.</summary>
    public double? DeadFraction { get; init; }
    /// <summary>Share of the latents that fire on more than a tenth of these tokens.</summary>
    public double? DenseFraction { get; init; }
    /// <summary>Mean ‖x̂‖ ÷ ‖x‖: below 1 the reconstructions are too short.</summary>
    public double? Shrinkage { get; init; }
    /// <summary>Tokens counted.</summary>
    public required long Tokens { get; init; }
    /// <summary>Why a figure is null, by its JSON name; empty where none is.</summary>
    public IReadOnlyDictionary<string, string> Reasons { get; init; } = new Dictionary<string, string>();
    /// <summary>The corpus, as its file's name and size say.</summary>
    public string? Corpus { get; init; }
    /// <summary>SHA-256 of the SAE's weights.</summary>
    public string? WeightsSha256 { get; init; }
}
