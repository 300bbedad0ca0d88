namespace SaeSharp.Saes.Training.Options;

/// <summary>The levels of a Matryoshka dictionary: prefixes of its latents that have to reconstruct by themselves as well.</summary>
public sealed record MatryoshkaOptions
{
    /// <summary>How many latents each level has together with those below it, rising; the whole dictionary is added as the last. Null takes 1/32, 1/8 and 1/2 of it.</summary>
    public IReadOnlyList<int>? Widths { get; init; }

    /// <summary>Number of inner levels whose widths are drawn anew for every batch from a Pareto distribution; 0 has those of <see cref="Widths"/>.</summary>
    public int SampledLevels { get; init => field = OptionException.NotNegative(value); }

    /// <summary>a of the Pareto distribution P(width ≥ m) = m^−a; the smaller, the more wide prefixes.</summary>
    public double ParetoShape { get; init => field = OptionException.Positive(value); } = 0.5;

    /// <summary>Whether an inner error trains only the latents that its level adds, instead of all latents of the prefix.</summary>
    public bool Detached { get; init; }

    /// <summary>Whether the dead latents of each level explain what that level leaves over, instead of all of them what the whole dictionary does.</summary>
    public bool AuxByLevel { get; init; }

    /// <summary>Whether levels are made of the latents in the order of how often they fire, instead of that of their ids. The saved latents stand in that order.</summary>
    public bool SortByFrequency { get; init; }

    /// <summary>Share by which the frequencies that latents are sorted by stay as they were at each step.</summary>
    public double FrequencyDecay { get; init => field = OptionException.InRange(value, 0, 1); } = 0.99;
}
