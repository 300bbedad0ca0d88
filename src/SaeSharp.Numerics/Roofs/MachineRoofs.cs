using System.Diagnostics;
using System.Runtime.Intrinsics;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Roofs;

/// <summary>What this machine can do at most, measured: the figures our kernels are shares of.</summary>
public static unsafe class MachineRoofs
{
    /// <summary>Fused multiply-adds from registers alone, in FLOP/s (2 for each number); best of several short runs.</summary>
    public static double MultiplyAddFlops(int threads, int runs = 5) => CpuPath.Auto.Resolve() switch
    {
        CpuPath.Avx512 => Best<MultiplyAddJob<Lanes512, Vector512<float>>>(new(), threads, runs, 2L * 16 * MultiplyAddJob<Lanes512, Vector512<float>>.PerPart),
        CpuPath.Avx2 => Best<MultiplyAddJob<Lanes256, Vector256<float>>>(new(), threads, runs, 2L * 8 * MultiplyAddJob<Lanes256, Vector256<float>>.PerPart),
        _ => Best<MultiplyAddJob<Lanes128, Vector128<float>>>(new(), threads, runs, 2L * 4 * MultiplyAddJob<Lanes128, Vector128<float>>.PerPart),
    };

    /// <summary>Reading a buffer of <paramref name="bytes"/> front to back, each thread its share, in bytes/s; best of several runs.</summary>
    public static double ReadBytesPerSecond(int threads, long bytes, int runs = 5)
    {
        using var buffer = new NativeStorage(bytes);
        new Span<byte>((void*)buffer.Address, (int)Math.Min(bytes, int.MaxValue)).Fill(1);
        var share = bytes / threads / 4096 * 4096;
        var repeats = (int)Math.Max(1, (256L << 20) / bytes);
        return CpuPath.Auto.Resolve() switch
        {
            CpuPath.Avx512 => Best(new ReadJob<Lanes512, Vector512<float>> { Buffer = (float*)buffer.Address, Share = share / 4, Repeats = repeats }, threads, runs, share * repeats),
            CpuPath.Avx2 => Best(new ReadJob<Lanes256, Vector256<float>> { Buffer = (float*)buffer.Address, Share = share / 4, Repeats = repeats }, threads, runs, share * repeats),
            _ => Best(new ReadJob<Lanes128, Vector128<float>> { Buffer = (float*)buffer.Address, Share = share / 4, Repeats = repeats }, threads, runs, share * repeats),
        };
    }

    private static double Best<TJob>(TJob job, int threads, int runs, long workPerPart) where TJob : struct, IJob
    {
        using var pool = new ComputePool(threads);
        var best = 0.0;
        for (var run = 0; run <= runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            pool.For(threads, ref job);
            var rate = workPerPart * threads / Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (run > 0) best = Math.Max(best, rate); // the first run warms up
        }
        return best;
    }
}
