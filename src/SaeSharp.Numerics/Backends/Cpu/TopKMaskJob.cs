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
        var (lowest, highest) = MakeKeys(x, keys);
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
        if (K == 0 || above > K)
        {
            // More than k are left, so those at low are equal: the first of them are taken.
            var ties = K == 0 ? 0 : K - (high > highest ? 0 : Count(keys, (int)high));
            for (var i = 0; i < Columns; i++) mask[i] = K > 0 && (keys[i] > low || (keys[i] == low && ties-- > 0)) && (!OnlyPositive || x[i] > 0) ? 1 : 0;
            return;
        }
        var least = (int)(OnlyPositive ? Math.Max(low, 1) : low); // the key of a positive number is its bits, and above 0
        var (limit, j) = (new Vector<int>(least), 0);
        for (; j <= Columns - Vector<int>.Count; j += Vector<int>.Count)
        {
            var isChosen = Vector.GreaterThanOrEqual(Unsafe.ReadUnaligned<Vector<int>>(keys + j), limit);
            Unsafe.WriteUnaligned(mask + j, Vector.ConditionalSelect(isChosen, Vector<float>.One, Vector<float>.Zero));
        }
        for (; j < Columns; j++) mask[j] = keys[j] >= least ? 1 : 0;
    }

    /// <summary>Fills <paramref name="keys"/>, and says which is the smallest and the largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly (int Lowest, int Highest) MakeKeys(float* x, int* keys)
    {
        var (i, lowest, highest) = (0, int.MaxValue, int.MinValue);
        Vector<int> least = new(lowest), most = new(highest), none = new(int.MinValue), magnitude = new(int.MaxValue);
        for (; i <= Columns - Vector<int>.Count; i += Vector<int>.Count)
        {
            var value = Unsafe.ReadUnaligned<Vector<float>>(x + i) + Vector<float>.Zero;
            var bits = Vector.AsVectorInt32(value);
            var key = Vector.ConditionalSelect(Vector.Equals(value, value), bits ^ (Vector.ShiftRightArithmetic(bits, 31) & magnitude), none);
            Unsafe.WriteUnaligned(keys + i, key);
            (least, most) = (Vector.Min(least, key), Vector.Max(most, key));
        }
        for (var lane = 0; lane < Vector<int>.Count; lane++) (lowest, highest) = (Math.Min(lowest, least[lane]), Math.Max(highest, most[lane]));
        for (; i < Columns; i++)
        {
            keys[i] = Key(x[i]);
            (lowest, highest) = (Math.Min(lowest, keys[i]), Math.Max(highest, keys[i]));
        }
        return (lowest, highest);
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
