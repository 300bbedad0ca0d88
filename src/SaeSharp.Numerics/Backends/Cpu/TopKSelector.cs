using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Finds the k largest of a list of numbers, ties to the smaller index.</summary>
/// <remarks>
/// A candidate is one 64-bit key: the number's bits made monotone above, the complement of its index below, so that comparing keys compares (value, −index).
/// </remarks>
internal unsafe struct TopKSelector(ulong* candidates, int k)
{
    private int _count;

    public void Add(float value, int index) => candidates[_count++] = Key(value, index);

    /// <summary>Writes the k largest, largest first where <paramref name="inOrder"/>; empty slots, behind the others, become 0 at index −1.</summary>
    public void Finish(float* values, int* indices, bool inOrder = true)
    {
        if (_count > k)
        {
            Select(candidates, _count, k);
            _count = k;
        }
        var best = new Span<ulong>(candidates, _count);
        if (inOrder) best.Sort();
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

    /// <summary>What <see cref="Key"/> was made of.</summary>
    public static (float Value, int Index) Entry(ulong key) => (Value(key), Index(key));

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
