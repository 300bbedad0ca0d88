namespace SaeSharp.Saes.Training.Options;

/// <summary>p-annealing: the exponent of the penalty falls in steps from <see cref="PenaltyOptions.P"/>, and λ is rescaled each time so that the penalty keeps its size.</summary>
/// <remarks>Karvonen et al. 2024, arXiv:2408.00113v2, section 3; dictionary_learning's <c>PAnnealTrainer</c>.</remarks>
public sealed record AnnealingOptions
{
    /// <summary>Step of the first update.</summary>
    public int StartStep { get; init => field = OptionException.NotNegative(value); } = 15000;

    /// <summary>Step of the last update; the end of the run where null.</summary>
    public int? EndStep { get; init => field = value is { } step ? OptionException.NotNegative(step) : null; }

    /// <summary>p after the last update; above 0.</summary>
    public double FinalP { get; init => field = OptionException.Positive(value); } = 0.5;

    /// <summary>Number of updates; the first only begins to measure the penalty at the next p.</summary>
    public int Updates { get; init => field = OptionException.InRange(value, 2, int.MaxValue); } = 10;

    /// <summary>Steps whose penalties, at the present and at the next p, are averaged for the rescaling of λ.</summary>
    public int QueueLength { get; init => field = OptionException.Positive(value); } = 10;
}
