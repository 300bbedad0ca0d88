using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    protected override void ClampedGluCore(Tensor gate, Tensor up, double alpha, double limit, Tensor y)
    {
        if (gate.DType == DType.F64)
        {
            Reference.Instance.ClampedGlu(gate, up, alpha, limit, y);
            return;
        }
        var job = new ClampedGluJob<L, TVector>
        {
            Gate = gate.Pointer<float>(), Up = up.Pointer<float>(), Y = y.Pointer<float>(), Rows = gate.RowCount, Columns = gate.Columns, Alpha = (float)alpha, Limit = (float)limit,
        };
        job.BlockRows = BlockRows(job.Rows, job.Columns);
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(gate, up, y);
    }

    protected override void AddScaledRowsCore(Tensor x, ReadOnlySpan<int> rows, Tensor factors, Tensor y)
    {
        if (x.DType == DType.F64)
        {
            Reference.Instance.AddScaledRows(x, rows, factors, y);
            return;
        }
        fixed (int* at = rows)
        {
            // Threads take columns, so a row that is named twice gets its terms in order.
            var job = new AddScaledRowsJob<L, TVector> { X = x.Pointer<float>(), Factors = factors.Pointer<float>(), Y = y.Pointer<float>(), Targets = at, Count = rows.Length, Columns = x.Columns };
            _pool.For(job.Parts, ref job, x.Count < SmallWork);
        }
        Keep(x, factors, y);
    }
}

/// <summary>(clamped up + 1) ⊙ g·σ(alpha·g) over blocks of rows.</summary>
internal unsafe struct ClampedGluJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int MaxLanes = 16;

    public float* Gate, Up, Y;
    public int Rows, Columns, BlockRows;
    public float Alpha, Limit;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var end = Math.Min(Rows, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++) Row(Gate + (long)row * Columns, Up + (long)row * Columns, Y + (long)row * Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Row(float* gate, float* up, float* y)
    {
        var i = 0;
        for (; i + L.Count <= Columns; i += L.Count) L.Store(y + i, Of(L.Load(gate + i), L.Load(up + i)));
        if (i == Columns) return;

        // The last few go through the same vector code, in buffers of their own.
        float* left = stackalloc float[MaxLanes], right = stackalloc float[MaxLanes];
        for (var j = i; j < Columns; j++) (left[j - i], right[j - i]) = (gate[j], up[j]);
        L.Store(left, Of(L.Load(left), L.Load(right)));
        for (var j = i; j < Columns; j++) y[j] = left[j - i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TVector Of(TVector gate, TVector up)
    {
        var limit = L.Broadcast(Limit);
        var g = L.Min(gate, limit);
        var u = L.Add(L.Max(L.Min(up, limit), L.Broadcast(-Limit)), L.Broadcast(1));
        return L.Multiply(u, L.Multiply(g, RowKernel<L, TVector>.Sigmoid(L.Multiply(L.Broadcast(Alpha), g))));
    }
}

/// <summary>Adds scaled rows to rows of another matrix, a block of columns a part.</summary>
internal unsafe struct AddScaledRowsJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int Width = 512;

    public float* X, Factors, Y;
    public int* Targets;
    public int Count, Columns;

    public readonly int Parts => (Columns + Width - 1) / Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var first = part * Width;
        var width = Math.Min(Width, Columns - first);
        for (var i = 0; i < Count; i++)
            RowKernel<L, TVector>.AddScaled(Y + (long)Targets[i] * Columns + first, X + (long)i * Columns + first, Factors[i], width);
    }
}
