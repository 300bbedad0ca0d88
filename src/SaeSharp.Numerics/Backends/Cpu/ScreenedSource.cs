using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Bounds on (x·W + bias) ⊙ scale from 8-bit products, a block of rows and a few panels at a time, and the exact numbers of single latents.</summary>
internal unsafe struct ScreenedSource<L, TVector, TBytes> where L : ILanes<TVector> where TVector : struct where TBytes : IByteKernel
{
    private const int Width = ScreenedWeights.PanelWidth;

    /// <summary>Panels of a tile.</summary>
    public const int TilePanels = 6;

    /// <summary>X [rows, dIn], W [dSae, dIn]; bias and scale [dSae] or null.</summary>
    public float* X, W, Bias, Scale;

    public sbyte* Panels;

    /// <summary>[dSae, padded to panels]: the number is about a · Steps[f] · product + Biases[f], and lies within ‖x‖ · InputFactors[f] + ‖x − x̂‖ · Norms[f] + Margins[f] of that.</summary>
    public float* Steps, Biases, InputFactors, Norms, Margins;

    /// <summary>Rounding's part of InputFactors: with it alone, ‖x‖ · FineFactors[f] + Margins[f] bounds what any order of an f32 sum can differ by.</summary>
    public float* FineFactors;

    /// <summary>What the products start from: −(levels + 1) · Σ q.</summary>
    public int* Starts;

    public int DIn, DSae, BlockK, Groups;

    public readonly int PanelCount => (DSae + Width - 1) / Width;

    public static int Tiles(int rows) => (rows + TBytes.TileRows - 1) / TBytes.TileRows;

    public static int TileInts(int rows) => Tiles(rows) * TBytes.TileRows * TilePanels * Width;

    public readonly long PackedBytes(int rows) => (long)Tiles(rows) * TBytes.TileRows * Groups * 4;

    /// <summary>Quantises rows of x for <see cref="Multiply"/>; rows beyond the range of the bounds get an infinite step.</summary>
    public readonly void Pack(int first, int rows, byte* packed, RowBounds* bounds)
    {
        var stride = 4 * TBytes.TileRows;
        for (var r = 0; r < Tiles(rows) * TBytes.TileRows; r++)
        {
            var to = packed + (long)(r / TBytes.TileRows) * stride * Groups + 4 * (r % TBytes.TileRows);
            if (r >= rows)
            {
                for (var g = 0; g < Groups; g++) *(int*)(to + (nint)g * stride) = 0;
                continue;
            }
            var row = Quantiser.Run(X + (long)(first + r) * DIn, DIn, TBytes.Levels, TBytes.Levels + 1, to, stride);
            bounds[r] = new(row.Step, row.FullNorm, row.Error, row.IsValid);
        }
    }

    /// <summary>tile [rows, panels · 32] = the integer products.</summary>
    public readonly void Multiply(byte* packed, int* tile, int rows, int panel, int count)
    {
        for (var p = 0; p < count; p++)
        {
            var b = Panels + (long)(panel + p) * Groups * 4 * Width;
            for (var t = 0; t < Tiles(rows); t++)
                TBytes.Panel(packed + (long)t * TBytes.TileRows * 4 * Groups, b, Starts + (panel + p) * Width, tile + t * TBytes.TileRows * TilePanels * Width + p * Width, TilePanels * Width, Groups);
        }
    }

    /// <summary>About what a vector of latents is, and how far off that may be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly (TVector Value, TVector Error) Bound(int* product, int f, TVector step, TVector norm, TVector error)
    {
        var value = L.MultiplyAdd(L.Multiply(step, L.Load(Steps + f)), L.LoadIntegers(product), L.Load(Biases + f));
        return (value, L.MultiplyAdd(norm, L.Load(InputFactors + f), L.MultiplyAdd(error, L.Load(Norms + f), L.Load(Margins + f))));
    }

    /// <summary>About what one latent is, from an f32 sum in another order, and how far off that may be: a few thousand times closer.</summary>
    public readonly (float Value, float Error) FineBound(float* x, int f, float norm)
    {
        var value = RowKernel<L, TVector>.Dot(x, W + (long)f * DIn, DIn);
        return (Finish(value, f), MathF.FusedMultiplyAdd(norm, FineFactors[f], Margins[f]));
    }

    /// <summary>Asks for the weights of a latent: they lie anywhere in a matrix that no cache holds.</summary>
    public readonly void Prefetch(int f)
    {
        const int Line = 16;
        if (!Sse.IsSupported) return;
        for (float* p = Row(f), end = p + DIn; p < end; p += Line) Sse.Prefetch0(p);
    }

    /// <summary>values[i] = the number of latent indices[i], to the bit: one chain of multiply-adds in ascending order for each block of inputs, as in <see cref="GemmKernel{L, TVector}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Exact(float* x, int* indices, float* values, int count)
    {
        // Eight chains at a time hide the latency of a multiply-add.
        var i = 0;
        for (; i + 8 <= count; i += 8)
        {
            float* a = Row(indices[i]), b = Row(indices[i + 1]), c = Row(indices[i + 2]), d = Row(indices[i + 3]);
            float* e = Row(indices[i + 4]), f = Row(indices[i + 5]), g = Row(indices[i + 6]), h = Row(indices[i + 7]);
            var v = values + i;
            new Span<float>(v, 8).Clear();
            for (var k0 = 0; k0 < DIn; k0 += BlockK)
            {
                var end = Math.Min(DIn, k0 + BlockK);
                float sa = 0, sb = 0, sc = 0, sd = 0, se = 0, sf = 0, sg = 0, sh = 0;
                for (var k = k0; k < end; k++)
                {
                    var s = x[k];
                    sa = MathF.FusedMultiplyAdd(s, a[k], sa);
                    sb = MathF.FusedMultiplyAdd(s, b[k], sb);
                    sc = MathF.FusedMultiplyAdd(s, c[k], sc);
                    sd = MathF.FusedMultiplyAdd(s, d[k], sd);
                    se = MathF.FusedMultiplyAdd(s, e[k], se);
                    sf = MathF.FusedMultiplyAdd(s, f[k], sf);
                    sg = MathF.FusedMultiplyAdd(s, g[k], sg);
                    sh = MathF.FusedMultiplyAdd(s, h[k], sh);
                }
                if (k0 == 0) (v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]) = (sa, sb, sc, sd, se, sf, sg, sh);
                else (v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]) = (v[0] + sa, v[1] + sb, v[2] + sc, v[3] + sd, v[4] + se, v[5] + sf, v[6] + sg, v[7] + sh);
            }
        }
        for (; i < count; i++) values[i] = ExactSum(x, Row(indices[i]));
        for (i = 0; i < count; i++) values[i] = Finish(values[i], indices[i]);
    }

    private readonly float ExactSum(float* x, float* w)
    {
        var total = 0f;
        for (var k0 = 0; k0 < DIn; k0 += BlockK)
        {
            var sum = 0f;
            for (var k = k0; k < Math.Min(DIn, k0 + BlockK); k++) sum = MathF.FusedMultiplyAdd(x[k], w[k], sum);
            total = k0 == 0 ? sum : total + sum;
        }
        return total;
    }

    private readonly float* Row(int f) => W + (long)f * DIn;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Finish(float z, int f) => (z + (Bias == null ? 0 : Bias[f])) * (Scale == null ? 1 : Scale[f]);
}

/// <summary>What the bounds need of one row: x̂ = Step · q.</summary>
/// <param name="Step">Of its 8-bit form.</param>
/// <param name="Norm">‖x‖, rounded up.</param>
/// <param name="Error">‖x − x̂‖, rounded up.</param>
/// <param name="IsValid">Whether the bounds hold.</param>
internal readonly record struct RowBounds(float Step, float Norm, float Error, bool IsValid);
