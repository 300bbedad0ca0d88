namespace SaeSharp.Saes.Training.Options;

/// <summary>The price of activity in the loss of architectures that have one.</summary>
/// <remarks>Activity counts times decoder norms, unless <see cref="DecoderConstraint.UnitNorm"/> keeps them at 1.</remarks>
public sealed record PenaltyOptions
{
    /// <summary>λ, in units of squared error. With <see cref="TargetL0"/> it is where the search for the right one starts.</summary>
    public double Coefficient { get; init => field = OptionException.NotNegative(value); } = 1;

    /// <summary>w: step t &lt; w has λ·t/w, so the first step pays nothing.</summary>
    public int WarmupSteps { get; init => field = OptionException.NotNegative(value); }

    /// <summary>Mean number of latents that should fire for an activation: λ is raised and lowered until so many do. Null keeps λ.</summary>
    public double? TargetL0 { get; init => field = value is { } target ? OptionException.Positive(target) : null; }

    /// <summary>Standard: p of the penalty ‖f ⊙ ‖W_dec‖‖_p.</summary>
    public double P { get; init => field = OptionException.Positive(value); } = 1;

    /// <summary>Standard: the penalty is Σ v^p, without the p-th root.</summary>
    public bool WithoutRoot { get; init; }

    /// <summary>Standard: lets <see cref="P"/> fall during training; null keeps it.</summary>
    public AnnealingOptions? Annealing { get; init; }
}
