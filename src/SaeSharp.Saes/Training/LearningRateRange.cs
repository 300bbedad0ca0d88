namespace SaeSharp.Saes.Training;

/// <summary>The learning rates that a <see cref="LearningRateSearch"/> tries, each a step.</summary>
public sealed record LearningRateRange
{
    /// <summary>α of the first step.</summary>
    public double Lowest { get; init => field = OptionException.Positive(value); } = 1e-5;

    /// <summary>α of the last step.</summary>
    public double Highest { get; init => field = OptionException.Positive(value); } = 1;

    /// <summary>Number of steps.</summary>
    public int Steps { get; init => field = OptionException.InRange(value, 2, 100_000); } = 200;

    /// <summary>Of step t, counted from 0.</summary>
    public double At(int step) => Lowest * Math.Pow(Highest / Lowest, (double)step / (Steps - 1));

    internal void Require()
    {
        if (Highest <= Lowest) throw OptionException.Invalid($"The learning rates to try go from {Lowest} to {Highest}, expected them to rise.", "Give a highest rate above the lowest.");
    }
}
