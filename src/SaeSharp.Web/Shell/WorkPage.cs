using Microsoft.AspNetCore.Components;
using SaeSharp.Lab;

namespace SaeSharp.Web.Shell;

/// <summary>A page that lets the workspace work: one job at a time, a busy state, cancellable, and failures told in words while the input stays.</summary>
public abstract class WorkPage : ComponentBase, IDisposable
{
    private CancellationTokenSource? _job;

    /// <summary>The workspace that is served.</summary>
    [Inject] protected Workspace Workspace { get; set; } = null!;

    /// <summary>Whether a job is running.</summary>
    protected bool Busy => _job is not null;

    /// <summary>Why the last job failed; null where it did not.</summary>
    protected Problem? Problem { get; set; }

    /// <summary>Runs <paramref name="job"/> off the page's own thread; a job still running is cancelled first, and its result is dropped.</summary>
    protected async Task Work<T>(Func<CancellationToken, Task<T>> job, Action<T> show)
    {
        Cancel();
        using var mine = new CancellationTokenSource();
        _job = mine;
        Problem = null;
        StateHasChanged();
        try
        {
            var result = await Task.Run(() => job(mine.Token), mine.Token);
            if (_job == mine) show(result);
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // The person asked for it, or for something newer.
        }
        catch (Exception exception) when (Problem.Of(exception) is { } problem)
        {
            if (_job == mine) Problem = problem;
        }
        finally
        {
            if (_job == mine) _job = null;
            StateHasChanged();
        }
    }

    /// <summary>Stops the running job, if there is one.</summary>
    protected void Cancel()
    {
        _job?.Cancel();
        _job = null;
    }

    /// <summary>Stops the running job when the person leaves.</summary>
    public virtual void Dispose()
    {
        Cancel();
        GC.SuppressFinalize(this);
    }
}
