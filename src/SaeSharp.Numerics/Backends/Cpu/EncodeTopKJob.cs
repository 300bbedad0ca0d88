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
    private const int Width = PackedMatrix.PanelWidth;
    private const int TilePanels = 6;

    /// <summary>Rows of a part: enough that streaming all weights past them costs little.</summary>
    public const int BlockRows = 96;

    public float* X, Panels, Bias, Scale, Values;
    public int* Indices;
    public int Rows, DIn, DSae, K, BlockK, Slices;
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
        var tiles = (count + L.TileRows - 1) / L.TileRows;
        var capacity = Math.Max(4 * K, K + 2 * TilePanels * Width);
        var packedFloats = (long)tiles * L.TileRows * DIn;
        var tileFloats = tiles * L.TileRows * TilePanels * Width;
        using var lease = new Lease(Scratch, (packedFloats + tileFloats) * sizeof(float) + (long)count * (capacity * sizeof(ulong) + sizeof(TopKSelector)));
        var packed = (float*)lease.Address;
        var tile = packed + packedFloats;
        var candidates = (ulong*)(tile + tileFloats);
        var selectors = (TopKSelector*)(candidates + (long)count * capacity);
        for (var r = 0; r < count; r++) selectors[r] = new TopKSelector(candidates + (long)r * capacity, capacity, K);

        var pack = new PackRowsJob<L, TVector> { A = X + (long)first * DIn, Packed = packed, M = count, K = DIn, BlockK = BlockK };
        for (var t = 0; t < tiles; t++) pack.Run(t);

        var panels = (DSae + Width - 1) / Width;
        var share = (panels + Slices - 1) / Slices;
        var end = Math.Min(panels, (slice + 1) * share);
        for (var p = slice * share; p < end; p += TilePanels)
        {
            var wide = Math.Min(TilePanels, end - p);
            Multiply(packed, tile, tiles, p, wide);
            for (var r = 0; r < count; r++) Choose(ref selectors[r], tile + r * TilePanels * Width, p * Width, Math.Min(wide * Width, DSae - p * Width));
        }
        for (var r = 0; r < count; r++) selectors[r].Finish(Values + ((long)(first + r) * Slices + slice) * K, Indices + ((long)(first + r) * Slices + slice) * K);
    }

    /// <summary>tile [rows, panels · 32] = rows · panels, each sum in the order of every other product.</summary>
    private readonly void Multiply(float* packed, float* tile, int tiles, int panel, int count)
    {
        if (DIn == 0) new Span<float>(tile, tiles * L.TileRows * TilePanels * Width).Clear();
        for (var k0 = 0; k0 < DIn; k0 += BlockK)
        {
            var k = Math.Min(BlockK, DIn - k0);
            for (var t = 0; t < tiles; t++)
            {
                var a = packed + (long)k0 * tiles * L.TileRows + (long)t * L.TileRows * k;
                for (var p = 0; p < count; p++)
                {
                    var b = Panels + ((long)(panel + p) * DIn + k0) * Width;
                    GemmKernel<L, TVector>.Panel(a, b, tile + t * L.TileRows * TilePanels * Width + p * Width, TilePanels * Width, k, k0 > 0);
                }
            }
        }
    }

    /// <summary>Offers one row's next pre-activations, (z + bias) · scale, to its selector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Choose(ref TopKSelector selector, float* z, int feature, int count)
    {
        selector.Reserve(count);
        var threshold = L.Broadcast(selector.Threshold);
        var j = 0;
        for (; j + L.Count <= count; j += L.Count)
        {
            var value = L.Add(L.Load(z + j), L.Load(Bias + feature + j));
            if (Scale != null) value = L.Multiply(value, L.Load(Scale + feature + j));
            var above = L.GreaterThan(value, threshold);
            if (above == 0) continue;
            L.Store(z + j, value);
            for (; above != 0; above &= above - 1)
            {
                var lane = j + BitOperations.TrailingZeroCount(above);
                selector.Add(z[lane], feature + lane);
            }
        }
        for (; j < count; j++)
        {
            var value = (z[j] + Bias[feature + j]) * (Scale == null ? 1 : Scale[feature + j]);
            if (value > selector.Threshold) selector.Add(value, feature + j);
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
        var selector = new TopKSelector((ulong*)lease.Address, count, K);
        for (var i = row * count; i < (row + 1) * count; i++)
            if (FromIndices[i] >= 0) selector.Add(From[i], FromIndices[i]);
        selector.Finish(Values + (long)row * K, Indices + (long)row * K);
    }
}
