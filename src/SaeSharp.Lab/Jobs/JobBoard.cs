using System.Runtime.CompilerServices;

namespace SaeSharp.Lab.Jobs;

/// <summary>The jobs of a workspace: one runs at a time, the others wait in the order in which they were handed over. Safe to call from several threads.</summary>
/// <remarks>
/// Every change of a job's status is on the disk before it is told; how far a job is stays in memory. A program that starts finds the jobs of the last one: those that waited wait on and are run, the one that ran
/// is interrupted and waits for somebody to resume it, so that a job that takes the program down is not begun again by itself.
/// </remarks>
public sealed class JobBoard : IDisposable
{
    /// <summary>The most jobs that may wait.</summary>
    public const int MostWaiting = 50;
    /// <summary>Jobs that are kept after their end; of more, the oldest are forgotten.</summary>
    public const int MostEnded = 400;

    private const int LongestAbout = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Workspace _workspace;
    private readonly JobFolder _folder;
    private readonly JobList _jobs;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private CancellationTokenSource? _current;
    private Task _runner = Task.CompletedTask;
    private bool _isBusy;

    internal JobBoard(Workspace workspace)
    {
        (_workspace, _folder) = (workspace, new(workspace.Home));
        _jobs = new(_folder);
        try
        {
            lock (_lock)
            {
                if (_folder.Exists && _jobs.TryTake()) Begin();
            }
        }
        catch (FileException)
        {
            // A folder that cannot be written to can be looked at; who hands a job over is told why not.
        }
    }

    /// <summary>Ends at the next change of any job: take it, look, then wait for it.</summary>
    public Task Changed => _jobs.Changed;

    /// <summary>All jobs without what was asked for, the newest first.</summary>
    public IReadOnlyList<Job> All
    {
        get
        {
            lock (_lock) return _jobs.Shown;
        }
    }

    /// <summary>The requests of the jobs that wait or run here.</summary>
    public IReadOnlyList<JobRequest> Pending
    {
        get
        {
            lock (_lock) return [.. _jobs.Own.Where(job => !job.HasEnded).Select(job => job.Request!)];
        }
    }

    /// <summary>One job with what was asked for, and its result where it is finished.</summary>
    /// <exception cref="JobException">There is none of that id.</exception>
    public Job Get(string id)
    {
        var job = Of(id);
        return job with { Request = _folder.Find(id)?.Request, Result = ResultOf(job) };
    }

    /// <summary>Hands work over. What is wrong with a training's request, or too large for this machine, is told at once.</summary>
    /// <exception cref="JobException">Too many wait, or another program runs the jobs of this workspace.</exception>
    public async Task<Job> Start(JobRequest request, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_lock) RequireRoom();
        var forecast = await request.Forecast(_workspace, cancel).ConfigureAwait(false);
        var (now, about) = (DateTime.UtcNow, request.About);
        lock (_lock)
        {
            RequireRoom();
            foreach (var old in _jobs.Own.Where(job => job.HasEnded).OrderByDescending(job => job.Ended).Skip(MostEnded - 1).ToList()) _jobs.Forget(old.Id);
            return Queue(new()
            {
                Id = Guid.NewGuid().ToString("N")[..12], Verb = request.Verb, About = about.Length > LongestAbout ? $"{about[..LongestAbout]}…" : about, Status = JobStatus.Waiting,
                Made = now, Queued = now, Forecast = forecast, GoesOn = request.GoesOn, Request = request,
            });
        }
    }

    /// <summary>Stops a job that runs, as soon as it can; takes one that waits out of the queue. One that has ended stays as it is.</summary>
    public Job Cancel(string id)
    {
        lock (_lock)
        {
            var job = Own(id);
            if (job.Status == JobStatus.Waiting) return _jobs.Keep(job with { Status = JobStatus.Cancelled, Ended = DateTime.UtcNow });
            if (job.Status != JobStatus.Running) return job with { Request = null };
            _ = _current!.CancelAsync(); // not here: what it wakes comes back for the lock
            return _jobs.Set(job with { Status = JobStatus.Stopping });
        }
    }

    /// <summary>Puts a job that was stopped or failed into the queue again.</summary>
    /// <exception cref="JobException">It waits, runs or is finished.</exception>
    public Job Resume(string id)
    {
        lock (_lock)
        {
            var job = Own(id);
            if (!job.HasEnded || job.Status == JobStatus.Finished) throw JobException.NotToResume(id, job.Status);
            RequireRoom();
            var request = _folder.Find(id)?.Request ?? throw JobException.Lost(id, _folder.Path);
            return Queue(job with { Status = JobStatus.Waiting, Queued = DateTime.UtcNow, Ended = null, Problem = null, Progress = null, Request = request });
        }
    }

    /// <summary>Forgets a job that has ended, and its result; what it made (an SAE, an index, a checkpoint) stays.</summary>
    /// <exception cref="JobException">It waits or runs.</exception>
    public Job Remove(string id)
    {
        lock (_lock)
        {
            var job = Own(id);
            if (!job.HasEnded) throw JobException.NotToRemove(id, job.Status);
            _jobs.Forget(id);
            return job;
        }
    }

    /// <summary>A job as it is now and after each change, until it was removed or has ended, then with its result. Who reads slowly misses steps, never the end.</summary>
    public async IAsyncEnumerable<Job> Follow(string id, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        Job? shown = null;
        while (true)
        {
            var next = Changed;
            if (All.FirstOrDefault(job => job.Id == id) is not { } job) yield break;
            if (job != shown) yield return job with { Result = ResultOf(job) };
            if (job.HasEnded) yield break;
            shown = job;
            await (_jobs.IsOurs ? next.WaitAsync(cancel) : Task.Delay(Pause, cancel)).ConfigureAwait(false); // what another program runs is looked at now and then
        }
    }

    /// <summary>Stops what runs, which is then interrupted, and lets the jobs go. Training writes a checkpoint first.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        Task runner;
        lock (_lock) runner = _runner;
        runner.Wait();
        _jobs.Dispose();
        _closing.Dispose();
    }

    /// <summary>Runs what waits until nothing waits.</summary>
    private async Task Run()
    {
        while (Next() is var (job, again, cancel))
        {
            var (status, problem) = (JobStatus.Finished, (Problem?)null);
            try
            {
                _folder.WriteResult(job.Id, await job.Request!.Run(_workspace, again, new Sink(this, job.Id), cancel.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                status = _closing.IsCancellationRequested ? JobStatus.Interrupted : JobStatus.Cancelled;
            }
            catch (Exception error)
            {
                // Whatever it is, the queue goes on, and the job says why it did not.
                (status, problem) = (JobStatus.Failed, Problem.Of(error) ?? JobException.Broke(error));
            }
            lock (_lock)
            {
                _jobs.KeepIfPossible(_jobs.Find(job.Id) with { Status = status, Problem = problem, Ended = DateTime.UtcNow });
                _current = null;
            }
            cancel.Dispose();
        }
    }

    private (Job Job, bool Again, CancellationTokenSource Cancel)? Next()
    {
        lock (_lock)
        {
            _isBusy = !_closing.IsCancellationRequested && _jobs.Own.Any(job => job.Status == JobStatus.Waiting);
            if (!_isBusy) return null;
            var next = _jobs.Own.Where(job => job.Status == JobStatus.Waiting).MinBy(job => job.Queued)!;
            _current = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            _jobs.KeepIfPossible(next with { Status = JobStatus.Running, Started = DateTime.UtcNow });
            return (next, next.Started is not null, _current);
        }
    }

    private Job Queue(Job job)
    {
        var shown = _jobs.Keep(job);
        Begin();
        return shown;
    }

    private void Begin()
    {
        if (!_isBusy && !_closing.IsCancellationRequested) (_isBusy, _runner) = (true, Task.Run(Run));
    }

    private Job Of(string id)
    {
        var all = All;
        return all.FirstOrDefault(job => job.Id == id) ?? throw JobException.None(id, all.Count);
    }

    private System.Text.Json.JsonElement? ResultOf(Job job) => job.Status == JobStatus.Finished ? _folder.Result(job.Id) : null;

    /// <summary>A job of this program's.</summary>
    private Job Own(string id)
    {
        Take();
        return _jobs.Find(id);
    }

    private void RequireRoom()
    {
        Take();
        if (_jobs.Own.Count(job => job.Status == JobStatus.Waiting) >= MostWaiting) throw JobException.TooMany(MostWaiting);
    }

    private void Take()
    {
        if (_jobs.IsOurs) return;
        if (_closing.IsCancellationRequested || !_jobs.TryTake()) throw JobException.Elsewhere(_folder.Path);
        Begin();
    }

    private void Report(string id, Progress progress)
    {
        lock (_lock) _jobs.Set(_jobs.Find(id) with { Progress = progress });
    }

    private sealed class Sink(JobBoard board, string id) : IProgress<Progress>
    {
        public void Report(Progress value) => board.Report(id, value);
    }
}
