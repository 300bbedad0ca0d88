using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>The firings of one feature in the order of their values: one sort gives its distribution, its quantiles, its intervals and its strongest places.</summary>
internal sealed class SortedFirings
{
    private readonly ulong[] _keys;

    public SortedFirings(Firings firings)
    {
        // The bits of positive floats sort as their values do; of equal ones the earliest comes last, so that it is the first from the top.
        _keys = new ulong[firings.Values.Length];
        for (var i = 0; i < _keys.Length; i++) _keys[^(i + 1)] = (ulong)BitConverter.SingleToUInt32Bits(firings.Values[i]) << 32 | (uint)(int.MaxValue - i);
        RadixSort.Sort(_keys);
    }

    public int Count => _keys.Length;

    /// <summary>The value at <paramref name="rank"/>, from 0 at the smallest.</summary>
    public float Value(int rank) => BitConverter.UInt32BitsToSingle((uint)(_keys[rank] >> 32));

    /// <summary>Which of the firings stands at <paramref name="rank"/>.</summary>
    public int Entry(int rank) => int.MaxValue - (int)(uint)_keys[rank];

    /// <summary>The q-quantile, 0 ≤ q ≤ 1, linear between ranks (Hyndman and Fan 1996, type 7).</summary>
    public double Quantile(double q)
    {
        var place = q * (Count - 1);
        var rank = (int)place;
        var (low, high) = ((double)Value(rank), (double)Value(Math.Min(rank + 1, Count - 1)));
        return low + (place - rank) * (high - low);
    }

    /// <summary>How many values are at or below <paramref name="bound"/>: the rank of the first above it.</summary>
    public int CountUpTo(float bound)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Value(middle) <= bound) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Counts by <see cref="ActivationBins"/>, rising.</summary>
    public List<(int Bin, long Count)> Histogram()
    {
        var bins = new List<(int Bin, long Count)>();
        for (var rank = 0; rank < Count;)
        {
            var bin = ActivationBins.Of(Value(rank));
            var start = rank;
            while (rank < Count && ActivationBins.Of(Value(rank)) == bin) rank++;
            bins.Add((bin, rank - start));
        }
        return bins;
    }

    /// <summary>Up to <paramref name="count"/> ranks from [<paramref name="from"/>, <paramref name="to"/>), drawn at random without repetition.</summary>
    public static List<int> Draw(int from, int to, int count, SplitMix random)
    {
        var drawn = new List<int>(count);
        if (to - from <= count)
        {
            drawn.AddRange(Enumerable.Range(from, to - from));
            for (var i = drawn.Count - 1; i > 0; i--)
            {
                var j = random.Below(i + 1);
                (drawn[i], drawn[j]) = (drawn[j], drawn[i]);
            }
            return drawn;
        }
        var seen = new HashSet<int>(count);
        while (drawn.Count < count)
        {
            var rank = from + random.Below(to - from);
            if (seen.Add(rank)) drawn.Add(rank);
        }
        return drawn;
    }
}
