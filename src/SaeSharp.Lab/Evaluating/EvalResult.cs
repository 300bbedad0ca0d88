using System.Text.Json.Serialization;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Figures of an SAE on a corpus. Ignored tokens (BOS, where skipped) are neither encoded, counted nor replaced. A figure that does not exist is null, and <see cref="Reasons"/> says why; one that was not asked for is null without a reason.</summary>
public sealed record EvalResult
{
    /// <summary>The SAE's name.</summary>
    public required string Sae { get; init; }
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>The hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>What a transcoder reconstructs: x of all figures; left out for an autoencoder, which reconstructs its own hook.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HookOut { get; init; }
    /// <summary>Mean number of latents that are not zero on a token.</summary>
    public double? L0 { get; init; }
    /// <summary>Mean sum of |latents| on a token.</summary>
    public double? L1 { get; init; }
    /// <summary>Mean of Σ|f| ÷ ‖x‖ (OpenAI's normalised L1).</summary>
    public double? NormalizedL1 { get; init; }
    /// <summary>Fraction of variance unexplained: Σ‖x − x̂‖² ÷ Σ‖x − x̄‖², x̄ the mean of these tokens.</summary>
    public double? Fvu { get; init; }
    /// <summary>1 − mean of ‖x − x̂‖² over tokens ÷ total variance, as SAELens defines it; equals 1 − FVU.</summary>
    public double? ExplainedVariance { get; init; }
    /// <summary>Explained variance with the mean error taken out first, so that a constant error costs nothing.</summary>
    public double? ExplainedVarianceCentred { get; init; }
    /// <summary>explainedVarianceCentred of each batch, averaged over batches: dictionary_learning's frac_variance_explained.</summary>
    public double? ExplainedVarianceCentredByBatch { get; init; }
    /// <summary>Mean over tokens of 1 − ‖x − x̂‖² ÷ ‖x − mean of its batch‖²: SAELens' explained_variance_legacy.</summary>
    public double? ExplainedVarianceLegacy { get; init; }
    /// <summary>Mean ‖x − x̂‖² of a token, summed over dimensions.</summary>
    public double? Mse { get; init; }
    /// <summary>Mean of ‖x − x̂‖² ÷ ‖x‖², nothing centred (OpenAI's normalised MSE).</summary>
    public double? NormalizedMse { get; init; }
    /// <summary>Mean ‖x − x̂‖, not squared (dictionary_learning's l2_loss).</summary>
    public double? ErrorNorm { get; init; }
    /// <summary>Mean cosine of x and x̂.</summary>
    public double? Cosine { get; init; }
    /// <summary>Mean ‖x‖.</summary>
    public double? L2NormIn { get; init; }
    /// <summary>Mean ‖x̂‖.</summary>
    public double? L2NormOut { get; init; }
    /// <summary>Mean ‖x̂‖ ÷ ‖x‖: below 1 the reconstructions are too short (SAELens' l2_ratio).</summary>
    public double? Shrinkage { get; init; }
    /// <summary>E‖x̂‖² ÷ E[x·x̂]: 1 where reconstructions are as long as they should be, below 1 where they are too short.</summary>
    public double? RelativeReconstructionBias { get; init; }
    /// <summary>relativeReconstructionBias of each batch, averaged over batches, as SAELens and dictionary_learning give it.</summary>
    public double? RelativeReconstructionBiasByBatch { get; init; }
    /// <summary>Mean next-token loss of the untouched model, nats, over counted positions that have a next token.</summary>
    public double? CeOriginal { get; init; }
    /// <summary>Mean next-token loss with x̂ in place of x.</summary>
    public double? CeSpliced { get; init; }
    /// <summary>Mean next-token loss with 0 in place of x.</summary>
    public double? CeZero { get; init; }
    /// <summary>Mean next-token loss with x̄ in place of x.</summary>
    public double? CeMean { get; init; }
    /// <summary>(ceZero − ceSpliced) ÷ (ceZero − ceOriginal): 1 is as good as untouched, 0 as bad as zeros (SAELens' ce_loss_score).</summary>
    public double? CeRecovered { get; init; }
    /// <summary>(ceMean − ceSpliced) ÷ (ceMean − ceOriginal).</summary>
    public double? CeRecoveredMean { get; init; }
    /// <summary>Mean KL divergence of the next-token distributions, untouched ‖ x̂ in place of x, nats.</summary>
    public double? Kl { get; init; }
    /// <summary>Mean KL divergence, untouched ‖ 0 in place of x.</summary>
    public double? KlZero { get; init; }
    /// <summary>Mean KL divergence, untouched ‖ x̄ in place of x.</summary>
    public double? KlMean { get; init; }
    /// <summary>(klZero − kl) ÷ klZero: 1 changes nothing, 0 changes as much as zeros (SAELens' kl_div_score).</summary>
    public double? KlRecovered { get; init; }
    /// <summary>(klMean − kl) ÷ klMean.</summary>
    public double? KlRecoveredMean { get; init; }
    /// <summary>Share of the latents that never fire on these tokens.</summary>
    public double? DeadFraction { get; init; }
    /// <summary>Share of the latents that fire on more than a tenth of these tokens.</summary>
    public double? DenseFraction { get; init; }
    /// <summary>Tokens counted.</summary>
    public required long Tokens { get; init; }
    /// <summary>Why a figure is null, by its JSON name; empty where none is.</summary>
    public IReadOnlyDictionary<string, string> Reasons { get; init; } = new Dictionary<string, string>();
    /// <summary>The figures of each latent, where they were asked for.</summary>
    public EvalLatents? Latents { get; init; }
    /// <summary>Seconds that the runs and scores took; reading and tokenizing the texts are not in it.</summary>
    public double Seconds { get; init; }
    /// <summary>Counted tokens a second of that time.</summary>
    public double TokensPerSecond { get; init; }
    /// <summary>The corpus, as its file's name and size say.</summary>
    public string? Corpus { get; init; }
    /// <summary>SHA-256 of the SAE's weights.</summary>
    public string? WeightsSha256 { get; init; }
}

/// <summary>Figures of each latent, [dSae] each.</summary>
/// <param name="Density">Share of the tokens on which it fires (SAELens' feature_density).</param>
/// <param name="Log10Density">log10(density + 1e-10), as in sparsity.safetensors.</param>
/// <param name="FiringsInAText">Tokens of a text on which it fires, mean over the texts in which it fires at all; null where it never does (SAELens' consistent_activation_heuristic).</param>
/// <param name="EncoderNorm">Length of what it reads.</param>
/// <param name="EncoderBias">b_enc; null where the architecture has none.</param>
/// <param name="DecoderNorm">Length of what it writes.</param>
/// <param name="EncoderDecoderCosine">Cosine of what it reads and what it writes; null where either is zero, and for a transcoder.</param>
public sealed record EvalLatents(
    double[] Density, double[] Log10Density, double?[] FiringsInAText, double[] EncoderNorm, float[]? EncoderBias, double[] DecoderNorm, double?[]? EncoderDecoderCosine);
