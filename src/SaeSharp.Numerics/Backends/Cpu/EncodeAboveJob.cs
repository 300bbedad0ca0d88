using System.Numerics;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Collects every pre-activation above its threshold, a block of rows a part: the [rows, dSae] matrix never exists.</summary>
internal unsafe struct EncodeAboveJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int Width = PackedMatrix.PanelWidth, TilePanels = PreActivations<L, TVector>.TilePanels;

    /// <summary>Rows of a part.</summary>
    public const int BlockRows = 96;

    public PreActivations<L, TVector> Source;

    /// <summary>[dSae]; null where <see cref="Threshold"/> is that of all latents.</summary>
    public float* Thresholds;

    public float Threshold;
    public int Rows;
    public EntryLists Lists;
    public ScratchPool Scratch;

    public static int Parts(int rows) => (rows + BlockRows - 1) / BlockRows;

    public readonly void Run(int part)
    {
        var first = part * BlockRows;
        var count = Math.Min(BlockRows, Rows - first);
        var packedFloats = Source.PackedFloats(count);
        using var lease = new Lease(Scratch, (packedFloats + PreActivations<L, TVector>.TileFloats(count)) * sizeof(float));
        var packed = (float*)lease.Address;
        var tile = packed + packedFloats;
        Source.Pack(first, count, packed);
        var panels = (Source.DSae + Width - 1) / Width;
        for (var p = 0; p < panels; p += TilePanels)
        {
            var wide = Math.Min(TilePanels, panels - p);
            Source.Multiply(packed, tile, count, p, wide);
            var features = Math.Min(wide * Width, Source.DSae - p * Width);
            for (var r = 0; r < count; r++)
            {
                var room = Lists.Room(part, features);
                Lists.Grow(part, Choose(room, first + r, tile + r * TilePanels * Width, p * Width, features));
            }
        }
    }

    /// <summary>Appends what one row's next pre-activations hold above their thresholds, and says how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int Choose(Entry* to, int row, float* z, int feature, int count)
    {
        var start = to;
        var threshold = L.Broadcast(Threshold);
        var j = 0;
        for (; j + L.Count <= count; j += L.Count)
        {
            var value = Source.Value(z + j, feature + j);
            if (Thresholds != null) threshold = L.Load(Thresholds + feature + j);
            var above = L.GreaterThan(value, threshold);
            if (above == 0) continue;
            L.Store(z + j, value);
            for (; above != 0; above &= above - 1)
            {
                var lane = j + BitOperations.TrailingZeroCount(above);
                *to++ = new(z[lane], row, feature + lane);
            }
        }
        for (; j < count; j++)
        {
            var value = Source.OneValue(z + j, feature + j);
            if (value > (Thresholds == null ? Threshold : Thresholds[feature + j])) *to++ = new(value, row, feature + j);
        }
        return (int)(to - start);
    }
}
