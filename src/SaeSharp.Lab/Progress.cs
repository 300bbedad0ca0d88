namespace SaeSharp.Lab;

/// <summary>How far a long verb is.</summary>
/// <param name="Stage">What is being done now, e.g. <c>training</c>.</param>
/// <param name="Done">Units done in this stage.</param>
/// <param name="Total">Units of this stage in all; 0 where it is not known.</param>
/// <param name="PerSecond">Units a second since the stage began.</param>
/// <param name="Left">Time left in this stage, null where it cannot be told.</param>
/// <param name="Unit">What is counted, e.g. <c>tokens</c>; empty for a note that counts nothing.</param>
public sealed record Progress(string Stage, long Done, long Total, double PerSecond, TimeSpan? Left, string Unit)
{
    /// <summary>The unit of downloads, which people read in KiB, MiB and GiB.</summary>
    public const string Bytes = "bytes";

    /// <summary>Live figures of the stage, e.g. <c>blocks.1.hook_resid_post loss</c> while training; null where there are none.</summary>
    public IReadOnlyDictionary<string, double>? Figures { get; init; }

    /// <summary>Texts as far as they are written, in the order of the result: of steering the one without edits, the one with, then the controls'; null where the stage writes none.</summary>
    public IReadOnlyList<string>? Texts { get; init; }
}
