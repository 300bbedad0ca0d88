namespace SaeSharp.Saes.SparseCoding;

/// <summary>How far a path of solutions goes.</summary>
public sealed record LarsOptions
{
    private readonly double _least = 1e-3;
    private readonly int _knots = 2000;

    /// <summary>The last λ, as a share of λ_max; 0 goes on to the exact code.</summary>
    public double LeastRatio { get => _least; init => _least = OptionException.InRange(value, 0.0, 1.0); }

    /// <summary>Whether atoms leave when their weight comes to 0, which is what the Lasso does; without, plain least angle regression.</summary>
    public bool Drop { get; init; } = true;

    /// <summary>Whether weights must be 0 or more.</summary>
    public bool Positive { get; init; }

    /// <summary>Most knots.</summary>
    public int MaxKnots { get => _knots; init => _knots = OptionException.Positive(value); }
}
