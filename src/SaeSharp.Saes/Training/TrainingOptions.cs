namespace SaeSharp.Saes.Training;

/// <summary>How an SAE is trained. Defaults are SAELens v6's where it has one.</summary>
public sealed record TrainingOptions
{
    /// <summary>T: number of optimiser steps.</summary>
    public int Steps { get; init => field = OptionException.Positive(value); } = 1000;

    /// <summary>α: peak learning rate of Adam.</summary>
    public double LearningRate { get; init => field = OptionException.Positive(value); } = 3e-4;

    /// <summary>w: the learning rate of step t &lt; w is α·(t + 1)/w.</summary>
    public int WarmupSteps { get; init => field = OptionException.NotNegative(value); }

    /// <summary>The learning rate falls linearly to 0 over this many last steps.</summary>
    public int DecaySteps { get; init => field = OptionException.NotNegative(value); }

    /// <summary>What the learning rate does between warm-up and decay.</summary>
    public LearningRateShape Shape { get; init; }

    /// <summary>Where a cosine schedule ends; α/10 where null.</summary>
    public double? FinalLearningRate { get; init => field = value is { } rate ? OptionException.NotNegative(rate) : null; }

    /// <summary>Adam's β₁.</summary>
    public double Beta1 { get; init => field = OptionException.InRange(value, 0, 1); } = 0.9;

    /// <summary>Adam's β₂.</summary>
    public double Beta2 { get; init => field = OptionException.InRange(value, 0, 1); } = 0.999;

    /// <summary>All gradients together are scaled down to this norm.</summary>
    public double ClipNorm { get; init => field = OptionException.Positive(value); } = 1;

    /// <summary>Seed of the initial weights.</summary>
    public int Seed { get; init; }

    /// <summary>Length of the initial decoder rows; the encoder starts as their transpose. With <see cref="DecoderConstraint.UnitNorm"/> it is 1.</summary>
    public double DecoderInitNorm { get; init => field = OptionException.Positive(value); } = 0.1;

    /// <summary>What is asked of decoder rows during training.</summary>
    public DecoderConstraint DecoderConstraint { get; init; }

    /// <summary>Whether activations are multiplied by √dIn / mean ‖x‖; the factor is folded into the finished weights.</summary>
    public bool NormaliseActivations { get; init; } = true;

    /// <summary>Batches the mean norm is estimated from; 0 takes the exact mean over an epoch.</summary>
    public int NormBatches { get; init => field = OptionException.NotNegative(value); }

    /// <summary>A latent is dead after more than this many steps without firing.</summary>
    public int DeadWindow { get; init => field = OptionException.Positive(value); } = 1000;

    /// <summary>Standard: λ, the price of Σ f·‖W_dec‖ in units of squared error.</summary>
    public double L1Coefficient { get; init => field = OptionException.NotNegative(value); } = 1;

    /// <summary>Standard: p of the penalty ‖f ⊙ ‖W_dec‖‖_p.</summary>
    public double LpNorm { get; init => field = OptionException.Positive(value); } = 1;

    /// <summary>Standard: λ of step t &lt; w is λ·t/w.</summary>
    public int L1WarmupSteps { get; init => field = OptionException.NotNegative(value); }

    /// <summary>TopK: weight of the loss by which dead latents explain what the living ones left over; 0 turns it off.</summary>
    public double AuxCoefficient { get; init => field = OptionException.NotNegative(value); } = 1;

    /// <summary>TopK: dead latents that take part for each activation; dIn / 2 where null.</summary>
    public int? AuxK { get; init => field = value is { } k ? OptionException.Positive(k) : null; }

    /// <summary>A checkpoint is written every so many steps; 0 writes one only when the run is cancelled.</summary>
    public int CheckpointEvery { get; init => field = OptionException.NotNegative(value); }
}

/// <summary>The course of the learning rate between warm-up and decay.</summary>
public enum LearningRateShape
{
    Constant,
    Cosine,
}

/// <summary>What is asked of decoder rows during training.</summary>
public enum DecoderConstraint
{
    /// <summary>Nothing: norms enter the loss or the choice of latents instead (SAELens v6).</summary>
    None,
    /// <summary>Unit length after each step, with the gradient's part along the row taken out before it (dictionary_learning, OpenAI).</summary>
    UnitNorm,
}
