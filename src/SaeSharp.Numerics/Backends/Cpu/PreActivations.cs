using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>(x·W + bias) ⊙ scale, a block of rows and a few panels at a time: what the encoders choose from while it is in the cache.</summary>
internal unsafe struct PreActivations<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>Panels of a tile.</summary>
    public const int TilePanels = 6;

    /// <summary>X [rows, dIn]; bias and scale [dSae] or null.</summary>
    public float* X, Panels, Bias, Scale;

    public int DIn, DSae, BlockK;

    /// <summary>Size of the packed rows.</summary>
    public readonly long PackedFloats(int rows) => (long)Tiles(rows) * L.TileRows * DIn;

    /// <summary>Size of a tile.</summary>
    public static int TileFloats(int rows) => Tiles(rows) * L.TileRows * TilePanels * Width;

    /// <summary>Packs rows of x for <see cref="Multiply"/>.</summary>
    public readonly void Pack(int first, int rows, float* packed)
    {
        var pack = new PackRowsJob<L, TVector> { A = X + (long)first * DIn, Packed = packed, M = rows, K = DIn, BlockK = BlockK };
        for (var t = 0; t < pack.Parts; t++) pack.Run(t);
    }

    /// <summary>tile [rows, panels · 32] = rows · panels, each sum in the order of every other product.</summary>
    public readonly void Multiply(float* packed, float* tile, int rows, int panel, int count)
    {
        var tiles = Tiles(rows);
        if (DIn == 0) new Span<float>(tile, TileFloats(rows)).Clear();
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

    /// <summary>(z + bias) · scale for a vector of latents.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TVector Value(float* z, int feature)
    {
        var value = L.Load(z);
        if (Bias != null) value = L.Add(value, L.Load(Bias + feature));
        return Scale == null ? value : L.Multiply(value, L.Load(Scale + feature));
    }

    /// <summary>The same for one latent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float OneValue(float* z, int feature) => (*z + (Bias == null ? 0 : Bias[feature])) * (Scale == null ? 1 : Scale[feature]);

    private static int Tiles(int rows) => (rows + L.TileRows - 1) / L.TileRows;
}
