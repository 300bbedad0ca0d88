using System.Numerics;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The entries of <see cref="EncodeAboveJob{L, TVector}"/>, to the bit, from 8-bit products: only latents that may be above their thresholds are computed in f32.</summary>
internal unsafe struct ScreenedAboveJob<L, TVector, TBytes> : IJob where L : ILanes<TVector> where TVector : struct where TBytes : IByteKernel
{
    private const int Width = ScreenedWeights.PanelWidth, TilePanels = ScreenedSource<L, TVector, TBytes>.TilePanels;
    private const int BlockRows = EncodeAboveJob<L, TVector>.BlockRows;

    public ScreenedSource<L, TVector, TBytes> Source;

    /// <summary>[dSae]; null where <see cref="Threshold"/> is that of all latents.</summary>
    public float* Thresholds;

    public float Threshold;
    public int Rows;
    public EntryLists Lists;
    public ScratchPool Scratch;

    public readonly void Run(int part)
    {
        var first = part * BlockRows;
        var count = Math.Min(BlockRows, Rows - first);
        var tileInts = ScreenedSource<L, TVector, TBytes>.TileInts(count);
        var packedBytes = (Source.PackedBytes(count) + 63) & ~63L;
        using var lease = new Lease(Scratch, packedBytes + tileInts * sizeof(int) + count * sizeof(RowBounds));
        var packed = (byte*)lease.Address;
        var tile = (int*)(packed + packedBytes);
        var bounds = (RowBounds*)(tile + tileInts);
        Source.Pack(first, count, packed, bounds);
        for (var p = 0; p < Source.PanelCount; p += TilePanels)
        {
            var wide = Math.Min(TilePanels, Source.PanelCount - p);
            Source.Multiply(packed, tile, count, p, wide);
            var features = Math.Min(wide * Width, Source.DSae - p * Width);
            for (var r = 0; r < count; r++) Lists.Grow(part, Choose(Lists.Room(part, features), first + r, tile + r * TilePanels * Width, p * Width, features, bounds[r]));
        }
        Settle(part, first, count, bounds);
    }

    /// <summary>Appends the latents of one row that may be above their thresholds, and says how many: all where the bounds do not hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int Choose(Entry* to, int row, int* product, int feature, int count, RowBounds bounds)
    {
        var start = to;
        var threshold = L.Broadcast(Threshold);
        TVector step = L.Broadcast(bounds.Step), norm = L.Broadcast(bounds.Norm), rest = L.Broadcast(bounds.Error);
        for (var j = 0; j < count; j += L.Count)
        {
            var above = uint.MaxValue >> (32 - L.Count);
            if (bounds.IsValid)
            {
                var (value, error) = Source.Bound(product + j, feature + j, step, norm, rest);
                if (Thresholds != null) threshold = LoadThresholds(feature + j, count - j);
                above = L.GreaterThan(L.Add(value, error), threshold);
            }
            for (; above != 0; above &= above - 1)
            {
                var lane = j + BitOperations.TrailingZeroCount(above);
                if (lane < count) *to++ = new(0, row, feature + lane);
            }
        }
        return (int)(to - start);
    }

    /// <summary>Thresholds have no padding, so the last few come one by one.</summary>
    private readonly TVector LoadThresholds(int feature, int count)
    {
        if (count >= L.Count) return L.Load(Thresholds + feature);
        var padded = stackalloc float[16];
        new Span<float>(padded, 16).Clear();
        new ReadOnlySpan<float>(Thresholds + feature, count).CopyTo(new(padded, 16));
        return L.Load(padded);
    }

    /// <summary>Computes the candidates of a block row by row and keeps those that are above their thresholds.</summary>
    private readonly void Settle(int part, int first, int rows, RowBounds* bounds)
    {
        var list = Lists.Of(part);
        using var lease = new Lease(Scratch, (long)list.Length * (sizeof(int) + sizeof(float)) + (rows + 1) * sizeof(int));
        var starts = (int*)lease.Address;
        var indices = starts + rows + 1;
        var values = (float*)(indices + list.Length);
        new Span<int>(starts, rows + 1).Clear();
        foreach (ref readonly var entry in list) starts[entry.Row - first + 1]++;
        for (var r = 0; r < rows; r++) starts[r + 1] += starts[r];
        foreach (ref readonly var entry in list) indices[starts[entry.Row - first]++] = entry.Index; // starts[r] is now where row r ends
        var kept = 0;
        for (var r = 0; r < rows; r++)
        {
            var begin = r == 0 ? 0 : starts[r - 1];
            var left = Narrow(first + r, indices + begin, starts[r] - begin, bounds[r]);
            Source.Exact(Source.X + (long)(first + r) * Source.DIn, indices + begin, values, left);
            for (var i = 0; i < left; i++)
                if (values[i] > Limit(indices[begin + i])) list[kept++] = new(values[i], first + r, indices[begin + i]);
        }
        Lists.Grow(part, kept - list.Length);
    }

    /// <summary>Moves to the front what closer bounds leave, and says how many those are.</summary>
    private readonly int Narrow(int row, int* indices, int count, RowBounds bounds)
    {
        if (!bounds.IsValid) return count;
        var (x, left) = (row * (long)Source.DIn, 0);
        for (var i = 0; i < count; i++)
        {
            if (i + 1 < count) Source.Prefetch(indices[i + 1]);
            var (value, error) = Source.FineBound(Source.X + x, indices[i], bounds.Norm);
            if (value + error > Limit(indices[i])) indices[left++] = indices[i];
        }
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Limit(int f) => Thresholds == null ? Threshold : Thresholds[f];
}
