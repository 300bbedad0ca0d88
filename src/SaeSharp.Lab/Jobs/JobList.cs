namespace SaeSharp.Lab.Jobs;

/// <summary>The jobs in memory and on the disk, and who wants to know of changes. Whoever uses it sees to it that one thread does at a time.</summary>
/// <remarks>What was asked for stays in memory only while a job waits or runs: it may be large.</remarks>
internal sealed class JobList(JobFolder folder) : IDisposable
{
    private readonly Dictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private IDisposable? _held;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether this program runs them.</summary>
    public bool IsOurs => _held is not null;

    /// <summary>Ends at the next change.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>This program's own, in no order; those that wait or run with what was asked for.</summary>
    public IReadOnlyCollection<Job> Own => _jobs.Values;

    /// <summary>All of the workspace without what was asked for, the newest first.</summary>
    public IReadOnlyList<Job> Shown
    {
        get
        {
            IReadOnlyList<Job> known = IsOurs ? [.. _jobs.Values] : [.. folder.All()];
            var queue = known.Where(job => job.Status == JobStatus.Waiting).OrderBy(job => job.Queued).Select(job => job.Id).ToList();
            var running = known.Count(job => job.Status is JobStatus.Running or JobStatus.Stopping);
            return [.. known.OrderByDescending(job => job.Made).Select(job => job with { Request = null, Ahead = job.Status == JobStatus.Waiting ? queue.IndexOf(job.Id) + running : null })];
        }
    }

    /// <summary>Makes the jobs this program's, if no other has them: what ran when the last one stopped was interrupted.</summary>
    public bool TryTake()
    {
        if (IsOurs) return true;
        if ((_held = folder.TryLock()) is null) return false;
        foreach (var job in folder.All())
        {
            if (job.Status is JobStatus.Running or JobStatus.Stopping) KeepIfPossible(job with { Status = JobStatus.Interrupted, Ended = DateTime.UtcNow });
            else Set(job);
        }
        return true;
    }

    /// <exception cref="JobException">There is none of this id.</exception>
    public Job Find(string id) => _jobs.TryGetValue(id, out var job) ? job : throw JobException.None(id, _jobs.Count);

    /// <summary>Writes a job down, and tells of it.</summary>
    /// <exception cref="FileException">The disk does not take it; nothing changed.</exception>
    public Job Keep(Job job)
    {
        folder.Write(job);
        return Set(job);
    }

    /// <summary>The same for what happened anyway: a disk that is full does not end the queue. Until the program stops, the job is remembered.</summary>
    public void KeepIfPossible(Job job)
    {
        try
        {
            folder.Write(job);
        }
        catch (FileException error)
        {
            if (job.HasEnded) job = job with { Problem = job.Problem ?? new(error.Message, error.Hint) };
        }
        Set(job);
    }

    /// <summary>Takes note of a change that no disk needs to know.</summary>
    public Job Set(Job job)
    {
        _jobs[job.Id] = job.HasEnded ? job with { Request = null } : job;
        Tell();
        return job with { Request = null };
    }

    public void Forget(string id)
    {
        folder.Delete(id);
        _jobs.Remove(id);
        Tell();
    }

    public void Dispose() => _held?.Dispose();

    private void Tell() => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
