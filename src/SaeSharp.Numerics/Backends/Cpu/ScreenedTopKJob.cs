using System.Numerics;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The choice of <see cref="EncodeTopKJob{L, TVector}"/>, to the bit, from 8-bit products: only latents that may be among the k largest are computed in f32.</summary>
/// <remarks>
/// Bounds from the 8-bit products leave a few times k candidates of a row, bounds from f32 sums in any order a few more than k; those are summed as the f32 kernel does.
/// A row that leaves too many, or holds numbers for which the bounds do not hold, is marked and left to the f32 kernel.
/// </remarks>
internal unsafe struct ScreenedTopKJob<L, TVector, TBytes> : IJob where L : ILanes<TVector> where TVector : struct where TBytes : IByteKernel
{
    private const int Width = ScreenedWeights.PanelWidth, TilePanels = ScreenedSource<L, TVector, TBytes>.TilePanels;

    /// <summary>Rows of a part.</summary>
    public const int BlockRows = 96;

    public ScreenedSource<L, TVector, TBytes> Source;
    public float* Values;
    public int* Indices;
    public int Rows, K;

    /// <summary>[rows]: 1 for a row that is left to the f32 kernel.</summary>
    public byte* Failed;

    public ScratchPool Scratch;

    public readonly int Parts => (Rows + BlockRows - 1) / BlockRows;

    public readonly void Run(int part)
    {
        var first = part * BlockRows;
        var count = Math.Min(BlockRows, Rows - first);
        var capacity = 12 * K + 512 + TilePanels * Width;
        var tileInts = ScreenedSource<L, TVector, TBytes>.TileInts(count);
        var packedBytes = (Source.PackedBytes(count) + 63) & ~63L;
        var list = RunningTopK<L, TVector>.Bytes(capacity, bounded: true);
        using var lease = new Lease(Scratch, packedBytes + tileInts * sizeof(int) + capacity * sizeof(ulong) + (long)count * (list + sizeof(RunningTopK<L, TVector>) + sizeof(RowBounds)));
        var packed = (byte*)lease.Address;
        var tile = (int*)(packed + packedBytes);
        var keys = (ulong*)(tile + tileInts);
        var lists = (byte*)(keys + capacity);
        var selectors = (RunningTopK<L, TVector>*)(lists + (long)count * list);
        var bounds = (RowBounds*)(selectors + count);
        for (var r = 0; r < count; r++) selectors[r] = new(lists + (long)r * list, capacity, K, bounded: true);

        Source.Pack(first, count, packed, bounds);
        for (var p = 0; p < Source.PanelCount; p += TilePanels)
        {
            var wide = Math.Min(TilePanels, Source.PanelCount - p);
            Source.Multiply(packed, tile, count, p, wide);
            for (var r = 0; r < count; r++)
                if (bounds[r].IsValid && !selectors[r].Overflowed) Choose(ref selectors[r], tile + r * TilePanels * Width, p * Width, Math.Min(wide * Width, Source.DSae - p * Width), bounds[r], keys);
        }
        for (var r = 0; r < count; r++)
        {
            var row = first + r;
            Failed[row] = bounds[r].IsValid && !selectors[r].Overflowed ? (byte)0 : (byte)1;
            if (Failed[row] != 0) continue;
            Settle(ref selectors[r], row, bounds[r].Norm, keys);
        }
    }

    /// <summary>Offers the bounds of one row's next latents to its selector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Choose(ref RunningTopK<L, TVector> selector, int* product, int feature, int count, RowBounds bounds, ulong* keys)
    {
        selector.Reserve(count, keys);
        if (selector.Overflowed) return;
        var threshold = L.Broadcast(selector.Threshold);
        TVector step = L.Broadcast(bounds.Step), norm = L.Broadcast(bounds.Norm), rest = L.Broadcast(bounds.Error);
        var low = stackalloc float[16];
        var high = stackalloc float[16];
        for (var j = 0; j < count; j += L.Count) // the arrays are padded to whole panels
        {
            var (value, error) = Source.Bound(product + j, feature + j, step, norm, rest);
            var upper = L.Add(value, error);
            var above = L.GreaterThan(upper, threshold);
            if (above == 0) continue;
            L.Store(high, upper);
            L.Store(low, L.Subtract(value, error));
            for (; above != 0; above &= above - 1)
            {
                var lane = BitOperations.TrailingZeroCount(above);
                if (j + lane < count) selector.Add(low[lane], high[lane], feature + j + lane);
            }
        }
    }

    /// <summary>Computes what is left: closer bounds first, then the exact numbers of what they leave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Settle(ref RunningTopK<L, TVector> selector, int row, float norm, ulong* keys)
    {
        var x = Source.X + (long)row * Source.DIn;
        float* lower = selector.Lower, upper = selector.Upper;
        selector.Narrow();
        if (selector.Count > K)
        {
            for (var i = 0; i < selector.Count; i++)
            {
                if (i + 1 < selector.Count) Source.Prefetch(selector.Index[i + 1]);
                var (value, error) = Source.FineBound(x, selector.Index[i], norm);
                (lower[i], upper[i]) = (value - error, value + error);
            }
            selector.Narrow();
        }
        Source.Exact(x, selector.Index, lower, selector.Count);
        selector.Finish(keys, Values + (long)row * K, Indices + (long)row * K);
    }
}
