namespace SaeSharp.Lab.Searching;

/// <summary>Time of a search among a million features: made-up names, densities and decoder rows, real search.</summary>
public sealed record SearchBenchRequest
{
    /// <summary>Features, each with a name.</summary>
    public int Features { get; init => field = OptionException.Positive(value); } = 1_000_000;
    /// <summary>Length of a decoder row, for likeness and logits.</summary>
    public int DIn { get; init => field = OptionException.Positive(value); } = 64;
    /// <summary>Searches of each kind; the median counts.</summary>
    public int Repetitions { get; init => field = OptionException.Positive(value); } = 20;
}

/// <summary>What was measured.</summary>
/// <param name="Features">Features.</param>
/// <param name="DIn">Length of a decoder row.</param>
/// <param name="BuildSeconds">Making the index of names.</param>
/// <param name="LabelMilliseconds">A search by name, no filter: median.</param>
/// <param name="FilteredMilliseconds">A search by name among the features of a range of densities: median.</param>
/// <param name="DirectionMilliseconds">A search by likeness or by one token's logit among the same features: median.</param>
/// <param name="NaiveMilliseconds">A search by name that compares the query with every name, one by one: once.</param>
/// <param name="FoundFirst">Share of searches for a name with a mistake in its spelling that find it first.</param>
public sealed record SearchBenchResult(int Features, int DIn, double BuildSeconds, double LabelMilliseconds, double FilteredMilliseconds, double DirectionMilliseconds, double NaiveMilliseconds, double FoundFirst);
