using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Row by row: y = Σ value · w[index] + bias, or value = y · w[index], or both one after the other. Reads k rows of w for each row instead of all.</summary>
internal unsafe struct SparseRowsJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int ListLength = WeightedSumKernel<L, TVector>.ListLength;

    public float* Values, W, Bias, Y;
    public int* Indices;

    /// <summary>Where each row's entries begin; null where every row has <see cref="K"/> slots.</summary>
    public int* Starts;

    /// <summary>[rows, d] that the sums are taken off, and the products that follow; null where there is only a sum or only a product.</summary>
    public float* Target, Products;

    public int Rows, K, D, BlockRows;
    public bool Dots, Accumulate;

    public readonly void Run(int part)
    {
        var end = Math.Min(Rows, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++)
        {
            var (first, count) = Starts == null ? ((long)row * K, K) : (Starts[row], Starts[row + 1] - Starts[row]);
            var y = Y + (long)row * D;
            var indices = Indices + first;
            if (Dots)
            {
                Project(y, indices, Values + first, count);
                continue;
            }
            var start = Target != null ? Target + (long)row * D : Accumulate ? y : Bias; // never both a bias and a sum to go on with: see the call
            Decode(Values + first, indices, y, start, count, Target == null ? 1 : -1);
            if (Products != null) Project(y, indices, Products + first, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Project(float* y, int* indices, float* values, int count)
    {
        for (var j = 0; j < count; j++) values[j] = indices[j] < 0 ? 0 : RowKernel<L, TVector>.Dot(y, W + (long)indices[j] * D, D);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private readonly void Decode(float* values, int* indices, float* y, float* start, int count, float sign)
    {
        var list = stackalloc float[ListLength];
        var rows = stackalloc int[ListLength];
        var skipZeros = Target != null;
        var j = 0;
        do
        {
            var (length, end) = (0, Math.Min(count, j + ListLength));
            for (; j < end; j++)
            {
                // Always written, and counted only where it stays: no branch to guess wrong.
                (list[length], rows[length]) = (sign * values[j], indices[j]);
                length += indices[j] < 0 || (skipZeros && values[j] == 0) ? 0 : 1;
            }
            WeightedSumKernel<L, TVector>.Add(list, rows, length, W, D, start, y);
            start = y;
        }
        while (j < count);
    }
}

/// <summary>Feature by feature: gradient[f] = Σ over its entries of value · y[row], in row order; threads take different features, so nothing conflicts.</summary>
internal unsafe struct SparseGradientJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int BlockFeatures = 32, ListLength = WeightedSumKernel<L, TVector>.ListLength;

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

    private readonly int Row(int at) => Rows != null ? Rows[at] : OneSlot ? Entries[at] : (int)Math.BigMul(RowOfEntry, (ulong)Entries[at], out _);

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private readonly void Gather(int first, int end, float* gradient)
    {
        var list = stackalloc float[ListLength];
        var rows = stackalloc int[ListLength];
        var start = Accumulate ? gradient : null;
        do
        {
            var length = Math.Min(ListLength, end - first);
            for (var j = 0; j < length; j++) (list[j], rows[j]) = (Values[Entries[first + j]], Row(first + j));
            WeightedSumKernel<L, TVector>.Add(list, rows, length, Y, D, start, gradient);
            start = gradient;
            first += length;
        }
        while (first < end);
    }
}
