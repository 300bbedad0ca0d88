namespace SaeSharp.Lab.Training;

/// <summary>List the trainings of the workspace, or show the course of one; --tensor-board writes it as event files.</summary>
public sealed record RunsRequest
{
    /// <summary>A run's id, or the beginning of it; left out: all runs.</summary>
    public string? Run { get; init; }
    /// <summary>Folder for TensorBoard event files, one sub-folder a run; left out: none are written.</summary>
    public string? TensorBoard { get; init; }
}

/// <summary>Trainings, the newest first.</summary>
/// <param name="Runs">One entry a run.</param>
public sealed record RunsResult(IReadOnlyList<RunSummary> Runs);

/// <summary>One training.</summary>
/// <param name="Info">What it is about.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Last">The last logged step; null before the first.</param>
/// <param name="Result">The SAE, where it is finished.</param>
/// <param name="Points">The whole log, where one run was asked for; otherwise null.</param>
public sealed record RunSummary(RunInfo Info, RunStatus Status, RunPoint? Last, TrainedSae? Result, IReadOnlyList<RunPoint>? Points);

/// <summary>How a training stands.</summary>
public enum RunStatus
{
    /// <summary>Its process is at work.</summary>
    Running,
    /// <summary>It stopped before its end; the same command with --resume goes on.</summary>
    Stopped,
    /// <summary>The SAE is saved.</summary>
    Finished,
}
