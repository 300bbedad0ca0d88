using System.Numerics;
using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Keeps what may be among the k largest of a stream of numbers, known exactly or only by bounds.</summary>
/// <remarks>
/// Where k lower bounds are above a threshold, a number whose upper bound is not cannot be among the k largest. Such a threshold is found by halving an interval and
/// counting with vectors: it need not be the best one, and unlike a quickselect's, its branches can be foretold. Numbers come in ascending index.
/// </remarks>
internal unsafe struct RunningTopK<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    private const int Slack = 32, Halvings = 12;
    private readonly float* _lower, _upper;
    private readonly int* _index;
    private readonly int _capacity, _k;
    private int _limit;

    /// <param name="memory"><see cref="Bytes"/> for this capacity and form.</param>
    /// <param name="capacity">Most numbers at a time: more than 2k and those that come between two calls of <see cref="Reserve"/>.</param>
    /// <param name="k">How many are wanted.</param>
    /// <param name="bounded">Whether numbers come as bounds; else both are the number.</param>
    public RunningTopK(byte* memory, int capacity, int k, bool bounded)
    {
        (_capacity, _k, _limit) = (capacity, k, k + Slack);
        _lower = (float*)memory;
        _upper = bounded ? _lower + capacity : _lower;
        _index = (int*)(_upper + capacity);
    }

    public int Count { get; private set; }

    /// <summary>Only a number whose upper bound is above this can still be among the k largest positive ones.</summary>
    public float Threshold { get; private set; }

    /// <summary>There was no room for all that may be among them: bounds are too wide. Exact numbers always fit.</summary>
    public bool Overflowed { get; private set; }

    public readonly float* Lower => _lower;

    public readonly float* Upper => _upper;

    public readonly int* Index => _index;

    /// <summary>Bytes of the lists; a multiple of what vectors like.</summary>
    public static int Bytes(int capacity, bool bounded) => ((bounded ? 3 : 2) * capacity * sizeof(float) + 63) & ~63;

    /// <summary>Makes room for <paramref name="incoming"/> more; <paramref name="keys"/> holds as many keys as the capacity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reserve(int incoming, ulong* keys)
    {
        if (Count > _limit || Count + incoming > _capacity) MakeRoom(incoming, keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float lower, float upper, int index)
    {
        (_lower[Count], _upper[Count], _index[Count]) = (lower, upper, index);
        Count++;
    }

    /// <summary>Drops most of what cannot be among the k largest.</summary>
    public void Narrow()
    {
        if (Count <= _k || _k == 0) return;
        Threshold = MathF.Max(Threshold, FindThreshold());
        Filter();
    }

    /// <summary>Writes the k largest of exact numbers, largest first where <paramref name="inOrder"/>; empty slots, behind the others, become 0 at index −1.</summary>
    public readonly void Finish(ulong* keys, float* values, int* indices, bool inOrder = true)
    {
        var selector = new TopKSelector(keys, _k);
        for (var i = 0; i < Count; i++)
            if (_lower[i] > 0) selector.Add(_lower[i], _index[i]);
        selector.Finish(values, indices, inOrder);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom(int incoming, ulong* keys)
    {
        Narrow();
        _limit = Math.Max(_limit, Count + Slack);
        if (Count + incoming <= _capacity) return;
        if (_lower == _upper) KeepFirst(keys);
        else Overflowed = true;
    }

    /// <summary>Keeps the k largest, the first of those that are equal: where a threshold cannot tell them apart, later ones have already lost.</summary>
    private void KeepFirst(ulong* keys)
    {
        for (var i = 0; i < Count; i++) keys[i] = TopKSelector.Key(_lower[i], _index[i]);
        new Span<ulong>(keys, Count).Sort();
        var kept = Math.Min(_k, Count);
        for (var i = 0; i < kept; i++) (_lower[i], _index[i]) = TopKSelector.Entry(keys[Count - 1 - i]);
        Count = kept;
        if (kept == _k && _k > 0) Threshold = MathF.Max(Threshold, _lower[kept - 1]);
    }

    /// <summary>A number that at least k, and usually not many more, lower bounds are above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly float FindThreshold()
    {
        float low = Threshold, high = RowKernel<L, TVector>.Max(_lower, Count);
        if (Above(low) < _k) return low;
        for (var i = 0; i < Halvings; i++)
        {
            var middle = low + (high - low) * 0.5f;
            var above = Above(middle);
            if (above < _k)
            {
                high = middle;
                continue;
            }
            low = middle;
            if (above <= _k + _k / 8) break;
        }
        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Above(float threshold)
    {
        var limit = L.Broadcast(threshold);
        var (count, i) = (0, 0);
        for (; i + L.Count <= Count; i += L.Count) count += BitOperations.PopCount(L.GreaterThan(L.Load(_lower + i), limit));
        for (; i < Count; i++) count += _lower[i] > threshold ? 1 : 0;
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Filter()
    {
        var (kept, threshold) = (0, Threshold);
        for (var i = 0; i < Count; i++)
        {
            // Always written, and counted only where it stays: no branch to guess wrong.
            var upper = _upper[i];
            (_lower[kept], _upper[kept], _index[kept]) = (_lower[i], upper, _index[i]);
            kept += upper > threshold ? 1 : 0;
        }
        Count = kept;
    }
}
