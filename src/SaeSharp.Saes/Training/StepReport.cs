namespace SaeSharp.Saes.Training;

/// <summary>What one training step did.</summary>
public readonly record struct StepReport
{
    /// <summary>t, counted from 0.</summary>
    public required int Step { get; init; }

    /// <summary>Sum of all loss terms.</summary>
    public required double Loss { get; init; }

    /// <summary>Mean over the batch of ‖x̂ − x‖² (of scaled activations).</summary>
    public required double Mse { get; init; }

    /// <summary>Penalties on activity, their coefficients included.</summary>
    public required double SparsityLoss { get; init; }

    /// <summary>Auxiliary terms (dead latents, gates), their coefficients included.</summary>
    public required double AuxLoss { get; init; }

    /// <summary>Coefficient of the penalty; 0 where there is none.</summary>
    public required double Coefficient { get; init; }

    /// <summary>Mean number of latents that fired for an activation.</summary>
    public required double L0 { get; init; }

    /// <summary>1 − Σ‖x̂ − x‖² / Σ‖x − x̄‖² over the batch.</summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>Latents that counted as dead in this step.</summary>
    public required int Dead { get; init; }

    /// <summary>Norm of all gradients together before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Used in this step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Batches skipped so far because they held numbers that are not finite. The figures of a skipped step are NaN or 0.</summary>
    public required int BadBatches { get; init; }

    /// <summary>Activations trained on so far, before a resumption included.</summary>
    public required long Tokens { get; init; }

    /// <summary>Activations of the whole run.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>Since <see cref="SaeTrainer.Run"/> was called.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Steps done since <see cref="SaeTrainer.Run"/> was called.</summary>
    public int StepsInRun { get; init; }

    /// <summary>Mean speed since <see cref="SaeTrainer.Run"/> was called.</summary>
    public double TokensPerSecond => Elapsed > TimeSpan.Zero ? Tokens / (Step + 1.0) * StepsInRun / Elapsed.TotalSeconds : 0;

    /// <summary>At that speed.</summary>
    public TimeSpan TimeLeft => TokensPerSecond > 0 ? TimeSpan.FromSeconds((TotalTokens - Tokens) / TokensPerSecond) : TimeSpan.Zero;
}
