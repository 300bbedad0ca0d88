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

    /// <summary>Standard: the L1 term, its coefficient included.</summary>
    public required double SparsityLoss { get; init; }

    /// <summary>TopK: the aux term, its coefficient included.</summary>
    public required double AuxLoss { get; init; }

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

    /// <summary>Activations trained on so far, and all in all.</summary>
    public required (long Done, long Total) Tokens { get; init; }

    /// <summary>Mean speed since the run (or its resumption) began.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>At that speed.</summary>
    public required TimeSpan TimeLeft { get; init; }
}
