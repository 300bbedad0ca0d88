using System.Numerics;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Marks the k largest of each row: halves an interval of keys and counts with vectors until k of them are above, which no branch has to guess.</summary>
internal unsafe struct TopKMaskJob : IJob
{
    public float* X, Mask;
    public int Rows, Columns, K, BlockRows;
    public bool OnlyPositive;
    public ScratchPool Scratch;

    public readonly void Run(int part)
    {
        using var lease = new Lease(Scratch, (long)Columns * sizeof(int));
        var end = Math.Min(Rows, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++) Mark(X + (long)row * Columns, (int*)lease.Address, Mask + (long)row * Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Mark(float* x, int* keys, float* mask)
    {
        var (lowest, highest) = (int.MaxValue, int.MinValue);
        for (var i = 0; i < Columns; i++)
        {
            keys[i] = Key(x[i]);
            (lowest, highest) = (Math.Min(lowest, keys[i]), Math.Max(highest, keys[i]));
        }
        // At least k keys are at or above low, fewer than k at or above high.
        long low = lowest, high = (long)highest + 1;
        var above = Columns;
        while (above > K && high - low > 1)
        {
            var middle = (low + high) >> 1;
            var count = Count(keys, (int)middle);
            if (count < K) high = middle;
            else (low, above) = (middle, count);
        }
        // Where more than k are left, those at low are equal: the first of them are taken.
        var ties = K == 0 ? 0 : above > K ? K - (high > highest ? 0 : Count(keys, (int)high)) : int.MaxValue;
        for (var i = 0; i < Columns; i++)
        {
            var isChosen = K > 0 && (keys[i] > low || (keys[i] == low && ties-- > 0));
            mask[i] = isChosen && (!OnlyPositive || x[i] > 0) ? 1 : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Count(int* keys, int least)
    {
        var (i, limit, counts) = (0, new Vector<int>(least), Vector<int>.Zero);
        for (; i <= Columns - Vector<int>.Count; i += Vector<int>.Count) counts -= Vector.GreaterThanOrEqual(Unsafe.ReadUnaligned<Vector<int>>(keys + i), limit);
        var count = Vector.Sum(counts);
        for (; i < Columns; i++) count += keys[i] >= least ? 1 : 0;
        return count;
    }

    /// <summary>Ordered as numbers are; NaN comes before all, and −0 counts as 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Key(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value + 0f);
        return float.IsNaN(value) ? int.MinValue : bits ^ ((bits >> 31) & int.MaxValue);
    }
}
