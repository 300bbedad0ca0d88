using System.Text.Json;

namespace SaeSharp.Lab.Jobs;

/// <summary>Long work that was handed over.</summary>
public sealed record Job
{
    /// <summary>What it is called by.</summary>
    public required string Id { get; init; }
    /// <summary>The verb: train, index, eval, contrast or sweep.</summary>
    public required string Verb { get; init; }
    /// <summary>What it is done to, in a few words.</summary>
    public required string About { get; init; }
    /// <summary>How it stands.</summary>
    public required JobStatus Status { get; init; }
    /// <summary>When it was handed over, UTC.</summary>
    public required DateTime Made { get; init; }
    /// <summary>When it was put into the queue last, UTC: that of a resumed job is later.</summary>
    public required DateTime Queued { get; init; }
    /// <summary>When it was begun last, UTC; null before.</summary>
    public DateTime? Started { get; init; }
    /// <summary>When it came to an end, whatever the end, UTC; null while it waits or runs.</summary>
    public DateTime? Ended { get; init; }
    /// <summary>Jobs that run before it does; null unless it waits.</summary>
    public int? Ahead { get; init; }
    /// <summary>Time and memory, told before it began; null where the verb cannot tell.</summary>
    public string? Forecast { get; init; }
    /// <summary>How far it is, or was when it ended; null before its first step.</summary>
    public Progress? Progress { get; init; }
    /// <summary>Why it failed, and what to do next; null where it did not.</summary>
    public Problem? Problem { get; init; }
    /// <summary>Whether, once stopped, it goes on where it was (a training: from its last checkpoint, bit for bit); otherwise resuming begins it anew.</summary>
    public required bool GoesOn { get; init; }
    /// <summary>What was asked for, where one job was asked for; otherwise null.</summary>
    public JobRequest? Request { get; init; }
    /// <summary>The result of the verb, where one job was asked for and it is finished; otherwise null.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Whether nothing will happen to it any more unless somebody resumes it.</summary>
    internal bool HasEnded => Status is JobStatus.Finished or JobStatus.Failed or JobStatus.Cancelled or JobStatus.Interrupted;
}

/// <summary>How a job stands.</summary>
public enum JobStatus
{
    /// <summary>It waits until those before it have ended.</summary>
    Waiting,
    /// <summary>It is at work.</summary>
    Running,
    /// <summary>It was cancelled and comes to its end: a training writes a checkpoint first.</summary>
    Stopping,
    /// <summary>It is done.</summary>
    Finished,
    /// <summary>It could not be done.</summary>
    Failed,
    /// <summary>Somebody cancelled it.</summary>
    Cancelled,
    /// <summary>The program was stopped while it ran.</summary>
    Interrupted,
}

/// <summary>The jobs of a workspace.</summary>
/// <param name="Jobs">The newest first.</param>
public sealed record JobsResult(IReadOnlyList<Job> Jobs);
