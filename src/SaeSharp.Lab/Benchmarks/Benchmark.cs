using System.Diagnostics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>One thing that can be timed. Repetitions after a warm-up are counted one by one.</summary>
internal abstract class Benchmark
{
    /// <summary>Times the subject on <paramref name="backend"/>.</summary>
    public abstract Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel);

    /// <summary>Share of the roof that a median of <paramref name="seconds"/> a repetition is.</summary>
    /// <param name="request">What was measured.</param>
    /// <param name="seconds">Median of a repetition.</param>
    /// <param name="roofs">FMA peak and read bandwidth of the same run.</param>
    public abstract double RoofShare(BenchRequest request, double seconds, BenchResult roofs);

    /// <summary>Adds what this subject tells beside the seconds of a repetition.</summary>
    public virtual BenchResult Describe(Measurement measured, BenchResult result) => result;

    /// <summary>Adds further shares of the roofs.</summary>
    public virtual BenchResult AgainstRoofs(BenchRequest request, BenchResult result, BenchResult roofs) => result;

    /// <summary>MiB of the buffer whose bandwidth is this subject's roof.</summary>
    public virtual int BufferMiB(BenchRequest request) => 512;

    /// <summary>Runs <paramref name="step"/> until it is warm, then at least <paramref name="repetitions"/> times.</summary>
    protected static Measurement Time(Action step, double tokens, int warmUps, int repetitions, CancellationToken cancel)
    {
        for (var i = 0; i < warmUps; i++)
        {
            cancel.ThrowIfCancellationRequested();
            step();
        }
        var seconds = new double[repetitions];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < repetitions; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            step();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        var allocated = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)repetitions;
        return new() { Seconds = seconds, Tokens = tokens, AllocatedBytes = allocated };
    }
}
