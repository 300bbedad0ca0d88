using System.Runtime.Intrinsics;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Makes CPU backends.</summary>
public static class CpuBackend
{
    /// <summary>A backend with its own compute threads.</summary>
    /// <param name="threads">Threads a tensor operation may use; 0 means one for each processor.</param>
    /// <param name="path">Which instructions; tests force each.</param>
    /// <param name="screening">Whether encoders made for it are screened in 8-bit integers: results are the same.</param>
    public static Backend Create(int threads = 0, CpuPath path = CpuPath.Auto, Screening screening = Screening.Auto)
    {
        var count = OptionException.NotNegative(threads) == 0 ? Environment.ProcessorCount : threads;
        return path.Resolve() switch
        {
            CpuPath.Avx512 => new CpuBackend<Lanes512, Vector512<float>>(count, screening),
            CpuPath.Avx2 => new CpuBackend<Lanes256, Vector256<float>>(count, screening),
            _ => new CpuBackend<Lanes128, Vector128<float>>(count, screening),
        };
    }
}

/// <summary>The op set on vector instructions and compute threads. f32 is computed here; f64 goes to <see cref="Reference"/>, whose accuracy is then the point.</summary>
internal sealed unsafe partial class CpuBackend<L, TVector>(int threads, Screening screening) : Backend, IDisposable where L : ILanes<TVector> where TVector : struct
{
    /// <summary>Elements below which handing work to another thread costs more than it saves.</summary>
    private const int SmallWork = 1 << 14;

    private readonly ComputePool _pool = new(threads);
    private readonly ScratchPool _scratch = new();

    public override string Name => $"cpu/{L.Name}";

    public override int Threads => _pool.Threads;

    public override void Run<TJob>(int parts, ref TJob job) => _pool.For(parts, ref job);

    public void Dispose() => _pool.Dispose();

    /// <summary>Row blocks of a job over <paramref name="rows"/> rows of <paramref name="work"/> elements each: a few for each thread, one where the work is small.</summary>
    private int BlockRows(int rows, long work) =>
        rows * work <= SmallWork ? Math.Max(rows, 1) : (int)Math.Max(1, Math.Max(SmallWork / 2 / Math.Max(work, 1), (rows + 16L * Threads - 1) / (16L * Threads)));

    /// <summary>Holds tensors whose addresses a job used; unlike a tuple it allocates nothing.</summary>
    private static void Keep(object? a, object? b = null, object? c = null, object? d = null)
    {
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
        GC.KeepAlive(d);
    }
}
