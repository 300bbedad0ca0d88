namespace SaeSharp.Lab.Benchmarks;

/// <summary>What a decoding process tells about its start and its prompt.</summary>
/// <param name="Tokens">Tokens of the prompt.</param>
/// <param name="FirstToken">Seconds from the process's start to the first token.</param>
/// <param name="FirstTokenRssMiB">Peak memory until then.</param>
/// <param name="WeightMiB">Weights as stored.</param>
/// <param name="Prefill">Median seconds of the prompt's pass; null where it was not timed.</param>
internal sealed record PromptTimes(int Tokens, double FirstToken, double FirstTokenRssMiB, double WeightMiB, double? Prefill);

/// <summary>What a benchmark timed, before it is held against a roof.</summary>
internal sealed record Measurement
{
    /// <summary>Seconds of each counted repetition.</summary>
    public required IReadOnlyList<double> Seconds { get; init; }

    /// <summary>Tokens of one repetition; 0 where it has none.</summary>
    public double Tokens { get; init; }

    /// <summary>What a decoding process told about its first token and its prompt.</summary>
    public PromptTimes? Prompt { get; init; }

    /// <summary>Median seconds of the plain form that was measured in turn; null where there is none.</summary>
    public double? PlainSeconds { get; init; }

    /// <summary>Latents that fire on a token; null where there are none.</summary>
    public double? L0 { get; init; }

    /// <summary>Peak memory up to the last repetition; null where that of the process is meant.</summary>
    public double? PeakRssMiB { get; init; }

    /// <summary>Managed bytes allocated in one repetition, on all threads.</summary>
    public double AllocatedBytes { get; init; }
}
