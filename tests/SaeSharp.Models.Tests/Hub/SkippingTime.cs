using System.Collections.Concurrent;

namespace SaeSharp.Testing.Hub;

/// <summary>A clock on which waiting takes no time; only <paramref name="patience"/> lasts until a test ends it.</summary>
internal sealed class SkippingTime(TimeSpan patience) : TimeProvider
{
    private readonly ConcurrentDictionary<Skip, bool> _held = new();

    /// <summary>Every wait that was asked for, in order.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    /// <summary>Nobody is patient any longer, now or in the next moments.</summary>
    public void EndPatience()
    {
        foreach (var timer in _held.Keys) timer.Fire();
    }

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Skip(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Skip(SkippingTime time, TimerCallback callback, object? state) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            if (dueTime == time.Patience) time._held[this] = true;
            else
            {
                time.Waits.Enqueue(dueTime);
                ThreadPool.QueueUserWorkItem(_ => callback(state));
            }
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose() => time._held.TryRemove(this, out _);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private TimeSpan Patience => patience;
}
