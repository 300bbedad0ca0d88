namespace SaeSharp.Lab.Benchmarks;

/// <summary>What a benchmark timed, before it is held against a roof.</summary>
internal sealed record Measurement
{
    /// <summary>Seconds of each counted repetition.</summary>
    public required IReadOnlyList<double> Seconds { get; init; }

    /// <summary>Tokens of one repetition; 0 where it has none.</summary>
    public double Tokens { get; init; }

    /// <summary>Managed bytes allocated in one repetition, on all threads.</summary>
    public double AllocatedBytes { get; init; }
}
