namespace SaeSharp.Saes.Synthetic;

/// <summary>A world with known features: how many, how often and how strongly they fire, and what they have to do with each other. Defaults are SynthSAEBench-16k (v2).</summary>
public sealed record SyntheticSpec
{
    /// <summary>Deeper trees could not be read from a file again.</summary>
    public const int MostLevels = 25;

    /// <summary>N: true features.</summary>
    public int Features { get; init => field = OptionException.Positive(value); } = 16_384;

    /// <summary>d: width of the activations, smaller than N, so that features overlap.</summary>
    public int DIn { get; init => field = OptionException.Positive(value); } = 768;

    /// <summary>Zipf: base probabilities fall as rank^−exponent …</summary>
    public double ZipfExponent { get; init => field = OptionException.NotNegative(value); } = 0.5;

    /// <summary>… from this, at feature 0 …</summary>
    public double MaxProbability { get; init => field = OptionException.InRange(value, 0, 1); } = 0.4;

    /// <summary>… to this, at the last.</summary>
    public double MinProbability { get; init => field = OptionException.InRange(value, 0, 1); } = 5e-4;

    /// <summary>Trees of features in which a child fires only with its parent; 0 for none.</summary>
    public int Roots { get; init => field = OptionException.NotNegative(value); } = 128;

    /// <summary>Children of a feature that has any.</summary>
    public int Branching { get; init => field = OptionException.Positive(value); } = 4;

    /// <summary>Levels below the roots; at most <see cref="MostLevels"/>.</summary>
    public int Depth { get; init => field = OptionException.InRange(value, 0, MostLevels); } = 3;

    /// <summary>Whether at most one of the children of a feature fires.</summary>
    public bool ExclusiveSiblings { get; init; } = true;

    /// <summary>Whether probabilities are raised for what parents and siblings take away.</summary>
    public bool CompensateProbabilities { get; init; } = true;

    /// <summary>Whether a child's strength is multiplied by its parent's over the parent's mean.</summary>
    public bool ScaleChildrenByParent { get; init; } = true;

    /// <summary>Common factors that correlate the firing; 0 for none.</summary>
    public int CorrelationRank { get; init => field = OptionException.NotNegative(value); } = 25;

    /// <summary>Standard deviation of a feature's loading on a factor.</summary>
    public double CorrelationScale { get; init => field = OptionException.NotNegative(value); } = 0.1;

    /// <summary>m: mean strength of a firing feature.</summary>
    public MagnitudeRule Means { get; init; } = new MagnitudeRule.Linear(5, 4);

    /// <summary>s: standard deviation of that strength.</summary>
    public MagnitudeRule Deviations { get; init; } = new MagnitudeRule.FoldedNormal(0.5, 0.5);

    /// <summary>Length of the constant vector that every activation holds.</summary>
    public double BiasNorm { get; init => field = OptionException.NotNegative(value); } = 0.5;

    /// <summary>Adam steps that push the directions apart; 0 leaves them random.</summary>
    public int OrthogonalSteps { get; init => field = OptionException.NotNegative(value); } = 100;

    /// <summary>Their learning rate.</summary>
    public double OrthogonalRate { get; init => field = OptionException.Positive(value); } = 3e-4;

    /// <summary>Seed of all that is fixed in the world; 42 is the published one.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>SynthSAEBench-16k.</summary>
    public static SyntheticSpec Bench16k { get; } = new();

    /// <summary>The same kind of world, a thirtieth of the work: for a quick look.</summary>
    public static SyntheticSpec Small { get; } = new() { Features = 2048, DIn = 128, Roots = 16, CorrelationRank = 10 };
}
