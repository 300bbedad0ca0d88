using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Row by row: y = Σ value · w[index] + bias, or value = y · w[index]. Reads k rows of w for each row instead of all.</summary>
internal unsafe struct SparseRowsJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* Values, W, Bias, Y;
    public int* Indices;

    /// <summary>Where each row's entries begin; null where every row has <see cref="K"/> slots.</summary>
    public int* Starts;

    public int Rows, K, D, BlockRows;
    public bool Dots, Accumulate;

    public readonly void Run(int part)
    {
        var end = Math.Min(Rows, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++)
        {
            var (first, count) = Starts == null ? ((long)row * K, K) : (Starts[row], Starts[row + 1] - Starts[row]);
            if (Dots) Project(Y + (long)row * D, Indices + first, Values + first, count);
            else Decode(Values + first, Indices + first, Y + (long)row * D, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Project(float* y, int* indices, float* values, int count)
    {
        for (var j = 0; j < count; j++) values[j] = indices[j] < 0 ? 0 : RowKernel<L, TVector>.Dot(y, W + (long)indices[j] * D, D);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Decode(float* values, int* indices, float* y, int count)
    {
        var start = Accumulate ? y : Bias; // never both: see the call

        var i = 0;
        for (; i + 4 * L.Count <= D; i += 4 * L.Count)
        {
            TVector a, b, c, d;
            if (start == null) a = b = c = d = L.Broadcast(0);
            else (a, b, c, d) = (L.Load(start + i), L.Load(start + i + L.Count), L.Load(start + i + 2 * L.Count), L.Load(start + i + 3 * L.Count));
            for (var j = 0; j < count; j++)
            {
                if (indices[j] < 0) continue;
                var s = L.Broadcast(values[j]);
                var w = W + (long)indices[j] * D + i;
                a = L.MultiplyAdd(s, L.Load(w), a);
                b = L.MultiplyAdd(s, L.Load(w + L.Count), b);
                c = L.MultiplyAdd(s, L.Load(w + 2 * L.Count), c);
                d = L.MultiplyAdd(s, L.Load(w + 3 * L.Count), d);
            }
            L.Store(y + i, a);
            L.Store(y + i + L.Count, b);
            L.Store(y + i + 2 * L.Count, c);
            L.Store(y + i + 3 * L.Count, d);
        }
        if (i == D) return;
        for (var z = i; z < D; z++) y[z] = start == null ? 0 : start[z];
        for (var j = 0; j < count; j++)
            if (indices[j] >= 0) RowKernel<L, TVector>.AddScaled(y + i, W + (long)indices[j] * D + i, values[j], D - i);
    }
}

/// <summary>Feature by feature: gradient[f] = Σ over its entries of value · y[row], in row order; threads take different features, so nothing conflicts.</summary>
internal unsafe struct SparseGradientJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int BlockFeatures = 32;

    public float* Values, Y, Gradient;
    public int* Starts, Entries;

    /// <summary>The row of each entry; null where every row has k slots.</summary>
    public int* Rows;

    public int Features, D;

    /// <summary>⌈2⁶⁴ / k⌉: the high half of its product with an entry is entry / k (Lemire, Kaser, Kurz, arXiv:1902.01961). Wraps to 0 at k = 1.</summary>
    public ulong RowOfEntry;

    public bool OneSlot, Accumulate;

    public readonly int Parts => (Features + BlockFeatures - 1) / BlockFeatures;

    public readonly void Run(int part)
    {
        var end = Math.Min(Features, (part + 1) * BlockFeatures);
        for (var f = part * BlockFeatures; f < end; f++)
            if (!Accumulate || Starts[f + 1] > Starts[f]) Gather(Starts[f], Starts[f + 1], Gradient + (long)f * D);
    }

    private readonly long Row(int at) => Rows != null ? Rows[at] : OneSlot ? Entries[at] : (long)Math.BigMul(RowOfEntry, (ulong)Entries[at], out _);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gather(int first, int end, float* gradient)
    {
        var i = 0;
        for (; i + 4 * L.Count <= D; i += 4 * L.Count)
        {
            TVector a = L.Broadcast(0), b = a, c = a, d = a;
            if (Accumulate) (a, b, c, d) = (L.Load(gradient + i), L.Load(gradient + i + L.Count), L.Load(gradient + i + 2 * L.Count), L.Load(gradient + i + 3 * L.Count));
            for (var e = first; e < end; e++)
            {
                var s = L.Broadcast(Values[Entries[e]]);
                var y = Y + Row(e) * D + i;
                a = L.MultiplyAdd(s, L.Load(y), a);
                b = L.MultiplyAdd(s, L.Load(y + L.Count), b);
                c = L.MultiplyAdd(s, L.Load(y + 2 * L.Count), c);
                d = L.MultiplyAdd(s, L.Load(y + 3 * L.Count), d);
            }
            L.Store(gradient + i, a);
            L.Store(gradient + i + L.Count, b);
            L.Store(gradient + i + 2 * L.Count, c);
            L.Store(gradient + i + 3 * L.Count, d);
        }
        if (i == D) return;
        if (!Accumulate) new Span<float>(gradient + i, D - i).Clear();
        for (var e = first; e < end; e++) RowKernel<L, TVector>.AddScaled(gradient + i, Y + Row(e) * D + i, Values[Entries[e]], D - i);
    }
}
