using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Keeps the k largest of a stream of numbers, ties to the smaller index, in a buffer of candidates and a rising threshold.</summary>
/// <remarks>
/// A candidate is one 64-bit key: the number's bits made monotone above, the complement of its index below, so that comparing keys compares (value, −index).
/// When the buffer is full, the k best stay and the k-th becomes the threshold; numbers come in ascending index, so a later tie has already lost.
/// </remarks>
internal unsafe struct TopKSelector(ulong* candidates, int capacity, int k)
{
    private int _count;

    /// <summary>Only numbers above this can still be among the k largest.</summary>
    public float Threshold;

    /// <summary>Makes room for <paramref name="incoming"/> more candidates; the capacity must hold them beside k.</summary>
    public void Reserve(int incoming)
    {
        // Raising the threshold early is cheaper than carrying candidates that a later number would beat anyway.
        if (_count <= 2 * k + 32 && _count + incoming <= capacity) return;
        if (_count <= k) return;
        Select(candidates, _count, k);
        _count = k;
        var worst = candidates[0];
        for (var i = 1; i < k; i++) worst = Math.Min(worst, candidates[i]);
        Threshold = Value(worst);
    }

    public void Add(float value, int index) => candidates[_count++] = Key(value, index);

    /// <summary>Writes the k largest, largest first; empty slots become 0 at index −1.</summary>
    public void Finish(float* values, int* indices)
    {
        if (_count > k)
        {
            Select(candidates, _count, k);
            _count = k;
        }
        var best = new Span<ulong>(candidates, _count);
        best.Sort();
        for (var i = 0; i < k; i++)
        {
            var at = _count - 1 - i;
            values[i] = at < 0 ? 0 : Value(best[at]);
            indices[i] = at < 0 ? -1 : Index(best[at]);
        }
    }

    /// <summary>Larger for larger numbers and, among equals, for smaller indices; NaN comes last, and −0 counts as 0.</summary>
    public static ulong Key(float value, int index)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        var monotone = float.IsNaN(value) ? 0 : (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return ((ulong)monotone << 32) | ~(uint)index;
    }

    private static float Value(ulong key)
    {
        var monotone = (uint)(key >> 32);
        if (monotone == 0) return float.NaN;
        return BitConverter.UInt32BitsToSingle((monotone & 0x80000000) != 0 ? monotone & 0x7FFFFFFF : ~monotone);
    }

    private static int Index(ulong key) => (int)~(uint)key;

    /// <summary>Moves the k largest keys to the front (Hoare's quickselect, middle pivot).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Select(ulong* keys, int count, int k)
    {
        int low = 0, high = count - 1;
        while (low < high)
        {
            var pivot = keys[(low + high) >> 1];
            int i = low, j = high;
            while (i <= j)
            {
                while (keys[i] > pivot) i++;
                while (keys[j] < pivot) j--;
                if (i > j) break;
                (keys[i], keys[j]) = (keys[j], keys[i]);
                i++;
                j--;
            }
            if (k - 1 <= j) high = j;
            else if (k - 1 >= i) low = i;
            else return;
        }
    }
}
