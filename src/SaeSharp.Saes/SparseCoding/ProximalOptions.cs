namespace SaeSharp.Saes.SparseCoding;

/// <summary>How proximal gradient descent goes.</summary>
public sealed record ProximalOptions
{
    private readonly int _steps = 2000;
    private readonly double? _lambda, _lipschitz, _gap;
    private readonly double _ratio = 0.1;

    /// <summary>λ; null takes <see cref="LambdaRatio"/>.</summary>
    public double? Lambda { get => _lambda; init => _lambda = value is null || value > 0 && double.IsFinite(value.Value) ? value : throw SparseCodingException.NoPenalty(value.Value); }

    /// <summary>λ as a share of each signal's λ_max.</summary>
    public double LambdaRatio { get => _ratio; init => _ratio = value > 0 && double.IsFinite(value) ? value : throw SparseCodingException.NoPenalty(value); }

    /// <summary>L, an upper bound on the largest eigenvalue of A'A: steps are 1/L. Null estimates it by power iteration.</summary>
    public double? Lipschitz { get => _lipschitz; init => _lipschitz = value is { } l ? OptionException.Positive(l) : null; }

    /// <summary>Most steps.</summary>
    public int Steps { get => _steps; init => _steps = OptionException.Positive(value); }

    /// <summary>Stop at this duality gap, as a share of ½‖b‖²; null goes on to the last step.</summary>
    public double? Gap { get => _gap; init => _gap = value is { } gap ? OptionException.Positive(gap) : null; }

    /// <summary>Momentum, and when it is thrown away.</summary>
    public Momentum Momentum { get; init; } = Momentum.Restarted;

    /// <summary>Whether weights must be 0 or more.</summary>
    public bool Positive { get; init; }
}

/// <summary>What each step of proximal gradient descent takes along from those before.</summary>
public enum Momentum
{
    /// <summary>ISTA: nothing.</summary>
    None,
    /// <summary>FISTA.</summary>
    Nesterov,
    /// <summary>FISTA whose momentum starts anew where it points uphill (O'Donoghue &amp; Candès 2015).</summary>
    Restarted,
}
