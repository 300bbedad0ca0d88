namespace SaeSharp.Saes.Training.Options;

/// <summary>The learning rate: a warm-up, a middle part, a linear fall to 0.</summary>
public sealed record RateOptions
{
    /// <summary>α: the highest learning rate.</summary>
    public double Peak { get; init => field = OptionException.Positive(value); } = 3e-4;

    /// <summary>w: step t &lt; w has α·(t + 1)/w (SAELens) or α·t/w (the others).</summary>
    public int WarmupSteps { get; init => field = OptionException.NotNegative(value); }

    /// <summary>d: the last d steps fall linearly to 0.</summary>
    public int DecaySteps { get; init => field = OptionException.NotNegative(value); }

    /// <summary>The middle part.</summary>
    public RateShape Shape { get; init; }

    /// <summary>Where a cosine or linear middle part ends; α/10 where null.</summary>
    public double? Final { get; init => field = value is { } rate ? OptionException.NotNegative(rate) : null; }

    /// <summary>Number of cosines with <see cref="RateShape.CosineRestarts"/>.</summary>
    public int Cycles { get; init => field = OptionException.Positive(value); } = 1;
}

/// <summary>The course of the learning rate between warm-up and decay.</summary>
public enum RateShape
{
    Constant,
    Cosine,
    CosineRestarts,
    Linear,
}
