namespace SaeSharp.Saes.Training.Options;

/// <summary>What turns gradients into steps.</summary>
public sealed record OptimiserOptions
{
    /// <summary>Which optimiser.</summary>
    public OptimiserKind Kind { get; init; }

    /// <summary>Adam's β₁.</summary>
    public double Beta1 { get; init => field = OptionException.InRange(value, 0, 1); } = 0.9;

    /// <summary>Adam's β₂.</summary>
    public double Beta2 { get; init => field = OptionException.InRange(value, 0, 1); } = 0.999;

    /// <summary>Adam's ε.</summary>
    public double Epsilon { get; init => field = OptionException.Positive(value); } = 1e-8;

    /// <summary>λ of AdamW: before each step weights are scaled by 1 − αλ. 0 is Adam.</summary>
    public double WeightDecay { get; init => field = OptionException.NotNegative(value); }

    /// <summary>Momentum of Muon and of schedule-free signum.</summary>
    public double Momentum { get; init => field = OptionException.InRange(value, 0, 1); } = 0.95;
}

/// <summary>The optimisers.</summary>
public enum OptimiserKind
{
    /// <summary>Adam (arXiv:1412.6980), with weight decay AdamW (arXiv:1711.05101).</summary>
    Adam,
    /// <summary>Muon: momentum, orthogonalised by Newton–Schulz; vectors by Adam.</summary>
    Muon,
    /// <summary>Sign of the gradient, averaged without a schedule (sparsify's default).</summary>
    Signum,
}
