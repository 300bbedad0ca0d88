using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Threads;

/// <summary>Threads that do nothing but tensor work.</summary>
/// <remarks>
/// Not the thread pool: a decode step starts dozens of jobs of a few microseconds each, so workers spin briefly for the next one before they sleep, and starting
/// a job allocates nothing. Parts are claimed one by one; since a part's result never depends on who runs it, results do not depend on the number of threads.
/// A job started while another runs (a second request, or a job inside a job) runs on its caller's thread.
/// </remarks>
internal sealed unsafe class ComputePool : IDisposable
{
    private const int SpinsBeforeSleep = 4000; // about 50 µs, longer than the gap between two jobs of a decode step
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Thread[] _workers;
    private delegate*<void*, int, void> _invoke;
    private void* _job;
    private int _parts, _next, _active, _sleeping, _taken;
    private volatile int _generation;
    private volatile bool _open, _disposed;
    private Exception? _failure;

    public ComputePool(int threads)
    {
        Threads = OptionException.Positive(threads);
        _workers = new Thread[threads - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"compute {i + 1}" };
            _workers[i].Start();
        }
    }

    /// <summary>How many threads work on a job, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Runs parts 0 … <paramref name="parts"/> − 1 and returns when all are done. The first exception of a part is thrown here.</summary>
    /// <param name="parts">How many parts.</param>
    /// <param name="job">What runs them.</param>
    /// <param name="alone">Keeps the job on the caller's thread: for work smaller than the cost of waking another.</param>
    public void For<TJob>(int parts, ref TJob job, bool alone = false) where TJob : struct, IJob
    {
        if (alone || parts <= 1 || Threads == 1 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            for (var part = 0; part < parts; part++) job.Run(part);
            return;
        }

        _job = Unsafe.AsPointer(ref job); // the struct lies in the caller's frame or a pinned place until this method returns
        _invoke = &Invoke<TJob>;
        (_parts, _next, _failure) = (parts, 0, null);
        _open = true;
        _generation++;
        Interlocked.MemoryBarrier();
        var sleeping = Volatile.Read(ref _sleeping); // read once: a worker may wake by itself in between
        if (sleeping > 0) _wake.Release(sleeping);

        RunParts();

        _open = false;
        Interlocked.MemoryBarrier(); // a worker that joins after this sees the door closed; one that joined before is counted in _active
        for (var spins = 0; Volatile.Read(ref _active) != 0; spins++)
        {
            if (spins < SpinsBeforeSleep) Thread.SpinWait(1);
            else Thread.Yield(); // where cores are shared, the worker may be waiting for this one
        }
        var failure = _failure;
        Volatile.Write(ref _taken, 0);
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    public void Dispose()
    {
        _disposed = true;
        _wake.Release(_workers.Length + 1);
        foreach (var worker in _workers) worker.Join();
        _wake.Dispose();
    }

    private static void Invoke<TJob>(void* job, int part) where TJob : struct, IJob => Unsafe.AsRef<TJob>(job).Run(part);

    private void RunParts()
    {
        try
        {
            while (true)
            {
                var part = Interlocked.Increment(ref _next) - 1;
                if (part >= _parts) return;
                _invoke(_job, part);
            }
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            Volatile.Write(ref _next, _parts);
        }
    }

    private void Work()
    {
        var seen = 0;
        while (!_disposed)
        {
            if (!WaitForWork(seen)) continue;
            seen = _generation;
            Interlocked.Increment(ref _active);
            if (_open) RunParts();
            Interlocked.Decrement(ref _active);
        }
    }

    private bool WaitForWork(int seen)
    {
        for (var i = 0; i < SpinsBeforeSleep; i++)
        {
            if (_generation != seen) return true;
            Thread.SpinWait(1);
        }
        Interlocked.Increment(ref _sleeping);
        if (_generation == seen && !_disposed) _wake.Wait(50);
        Interlocked.Decrement(ref _sleeping);
        return _generation != seen;
    }
}
