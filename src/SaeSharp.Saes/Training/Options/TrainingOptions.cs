namespace SaeSharp.Saes.Training.Options;

/// <summary>How an SAE is trained. Defaults are SAELens v6's where it has one.</summary>
public sealed record TrainingOptions
{
    /// <summary>T: number of optimiser steps.</summary>
    public int Steps { get; init => field = OptionException.Positive(value); } = 1000;

    /// <summary>The learning rate of each step.</summary>
    public RateOptions Rate { get; init; } = new();

    /// <summary>What turns gradients into steps.</summary>
    public OptimiserOptions Optimiser { get; init; } = new();

    /// <summary>All gradients together are scaled down to this norm; null leaves them as they are.</summary>
    public double? ClipNorm { get; init => field = value is { } norm ? OptionException.Positive(norm) : null; } = 1;

    /// <summary>What the reconstruction error is measured in.</summary>
    public LossUnit LossUnit { get; init; }

    /// <summary>What is done to activations before the SAE sees them.</summary>
    public InputOptions Input { get; init; } = new();

    /// <summary>How the decoder starts and what is asked of it.</summary>
    public DecoderOptions Decoder { get; init; } = new();

    /// <summary>The price of activity, where the architecture has one (standard, gated, jumprelu).</summary>
    public PenaltyOptions Penalty { get; init; } = new();

    /// <summary>Threshold and penalty of JumpReLU.</summary>
    public JumpReluOptions JumpRelu { get; init; } = new();

    /// <summary>The choice of latents, where their number is given (topk and its kin).</summary>
    public SelectionOptions Selection { get; init; } = new();

    /// <summary>The levels of a Matryoshka dictionary.</summary>
    public MatryoshkaOptions Matryoshka { get; init; } = new();

    /// <summary>What the latents of neighbouring tokens have to have in common (contrastive).</summary>
    public ContrastiveOptions Contrastive { get; init; } = new();

    /// <summary>When a latent is dead, and what revives it.</summary>
    public DeadOptions Dead { get; init; } = new();

    /// <summary>Whose habits are followed where trainers differ in what no option above says.</summary>
    public Convention Convention { get; init; }

    /// <summary>Seed of the initial weights.</summary>
    public int Seed { get; init; }

    /// <summary>Batches with numbers that are not finite are skipped and counted; one more than this many stops the run.</summary>
    public int MaxBadBatches { get; init => field = OptionException.NotNegative(value); } = 10;

    /// <summary>A checkpoint is written every so many steps; 0 writes one only when the run is cancelled.</summary>
    public int CheckpointEvery { get; init => field = OptionException.NotNegative(value); }
}

/// <summary>The unit of the reconstruction error in the loss.</summary>
public enum LossUnit
{
    /// <summary>mean over the batch of ‖x̂ − x‖² (SAELens, dictionary_learning).</summary>
    SquaredError,
    /// <summary>Σ‖x̂ − x‖² / Σ‖x − x̄‖² over the batch (sparsify).</summary>
    VarianceUnexplained,
}

/// <summary>A trainer whose habits are followed where no option says more: the first step of a warm-up, which batch counts for dead latents, the form of the auxiliary loss.</summary>
public enum Convention
{
    SaeLens,
    DictionaryLearning,
    Sparsify,
}
