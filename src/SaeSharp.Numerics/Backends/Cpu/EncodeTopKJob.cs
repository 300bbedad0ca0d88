using System.Numerics;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Pre-activations of a block of rows, a few panels at a time, straight into top-k selectors: the [rows, dSae] matrix never exists.</summary>
/// <remarks>
/// A part is a block of rows over a slice of the latents; of a few rows several threads take a slice each, and <see cref="MergeTopKJob"/> finds the k largest of
/// the slices'. Keys order candidates totally, so it finds what one selector over all latents finds.
/// </remarks>
internal unsafe struct EncodeTopKJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int Width = PackedMatrix.PanelWidth, TilePanels = PreActivations<L, TVector>.TilePanels;

    /// <summary>Rows of a part: enough that streaming all weights past them costs little.</summary>
    public const int BlockRows = 96;

    public PreActivations<L, TVector> Source;
    public float* Values;
    public int* Indices;
    public int Rows, K, Slices;
    public ScratchPool Scratch;

    public readonly int Parts => (Rows + BlockRows - 1) / BlockRows * Slices;

    /// <summary>Slices that keep <paramref name="threads"/> threads busy.</summary>
    public static int Share(int rows, int dSae, int threads)
    {
        var blocks = (rows + BlockRows - 1) / BlockRows;
        return threads == 1 || blocks == 0 ? 1 : Math.Clamp(2 * threads / blocks, 1, Math.Max(1, dSae / (2 * TilePanels * Width)));
    }

    public readonly void Run(int part)
    {
        var slice = part % Slices;
        var first = part / Slices * BlockRows;
        var count = Math.Min(BlockRows, Rows - first);
        var capacity = 2 * K + 64 + 2 * TilePanels * Width;
        var (packedFloats, tileFloats) = (Source.PackedFloats(count), PreActivations<L, TVector>.TileFloats(count));
        var list = RunningTopK<L, TVector>.Bytes(capacity, bounded: false);
        using var lease = new Lease(Scratch, (packedFloats + tileFloats) * sizeof(float) + capacity * sizeof(ulong) + (long)count * (list + sizeof(RunningTopK<L, TVector>)));
        var packed = (float*)lease.Address;
        var tile = packed + packedFloats;
        var keys = (ulong*)(tile + tileFloats);
        var lists = (byte*)(keys + capacity);
        var selectors = (RunningTopK<L, TVector>*)(lists + (long)count * list);
        for (var r = 0; r < count; r++) selectors[r] = new(lists + (long)r * list, capacity, K, bounded: false);

        Source.Pack(first, count, packed);
        var panels = (Source.DSae + Width - 1) / Width;
        var share = (panels + Slices - 1) / Slices;
        var end = Math.Min(panels, (slice + 1) * share);
        for (var p = slice * share; p < end; p += TilePanels)
        {
            var wide = Math.Min(TilePanels, end - p);
            Source.Multiply(packed, tile, count, p, wide);
            for (var r = 0; r < count; r++) Choose(ref selectors[r], keys, tile + r * TilePanels * Width, p * Width, Math.Min(wide * Width, Source.DSae - p * Width));
        }
        for (var r = 0; r < count; r++) selectors[r].Finish(keys, Values + ((long)(first + r) * Slices + slice) * K, Indices + ((long)(first + r) * Slices + slice) * K, inOrder: Slices == 1);
    }

    /// <summary>Offers one row's next pre-activations, (z + bias) · scale, to its selector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Choose(ref RunningTopK<L, TVector> selector, ulong* keys, float* z, int feature, int count)
    {
        selector.Reserve(count, keys);
        var threshold = L.Broadcast(selector.Threshold);
        var j = 0;
        for (; j + L.Count <= count; j += L.Count)
        {
            var value = Source.Value(z + j, feature + j);
            var above = L.GreaterThan(value, threshold);
            if (above == 0) continue;
            L.Store(z + j, value);
            for (; above != 0; above &= above - 1)
            {
                var lane = j + BitOperations.TrailingZeroCount(above);
                selector.Add(z[lane], z[lane], feature + lane);
            }
        }
        for (; j < count; j++)
        {
            var value = Source.OneValue(z + j, feature + j);
            if (value > selector.Threshold) selector.Add(value, value, feature + j);
        }
    }
}

/// <summary>The k largest of each row's slices.</summary>
internal unsafe struct MergeTopKJob : IJob
{
    public float* From, Values;
    public int* FromIndices, Indices;
    public int K, Slices;
    public ScratchPool Scratch;

    public readonly void Run(int row)
    {
        var count = K * Slices;
        using var lease = new Lease(Scratch, (long)count * sizeof(ulong));
        var selector = new TopKSelector((ulong*)lease.Address, K);
        for (var i = row * count; i < (row + 1) * count; i++)
            if (FromIndices[i] >= 0) selector.Add(From[i], FromIndices[i]);
        selector.Finish(Values + (long)row * K, Indices + (long)row * K);
    }
}
