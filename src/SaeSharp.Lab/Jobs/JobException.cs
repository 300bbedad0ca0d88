namespace SaeSharp.Lab.Jobs;

/// <summary>What was asked of a job cannot be done.</summary>
public sealed class JobException : SaeSharpException
{
    private JobException(string message, string hint) : base(message, hint) { }

    internal static JobException None(string id, int known) => new(
        $"There is no job '{id}' in this workspace, which has {known}.",
        "The page Jobs and GET /api/jobs list them; an ended job may have been removed.");

    internal static JobException TooMany(int most) => new(
        $"There are {most} jobs waiting, expected fewer before another is taken.",
        "Wait until some have ended, or cancel some.");

    internal static JobException Elsewhere(string folder) => new(
        $"Another program runs the jobs of this workspace ({folder} is locked).",
        "Use the page of the sae serve or sae demo that is running, or stop that one.");

    internal static JobException NotToResume(string id, JobStatus status) => new(
        $"The job '{id}' is {Word(status)}, expected one that was cancelled, interrupted or failed.",
        status == JobStatus.Finished ? "Hand it over again to do it once more." : "Wait until it has ended.");

    internal static JobException Lost(string id, string folder) => new(
        $"The file of the job '{id}' in {folder} is gone or cannot be read.",
        "Hand the work over again, and remove this job.");

    internal static JobException NotToRemove(string id, JobStatus status) => new(
        $"The job '{id}' is {Word(status)}, expected one that has ended.",
        "Cancel it first.");

    /// <summary>What a person is told about a defect of ours.</summary>
    internal static Problem Broke(Exception error) => new(
        $"The program failed at this job ({error.GetType().Name}: {error.Message}).",
        "Resume it; if it fails again, report this text with what was asked for.");

    private static string Word(JobStatus status) => status.ToString().ToLowerInvariant();
}
