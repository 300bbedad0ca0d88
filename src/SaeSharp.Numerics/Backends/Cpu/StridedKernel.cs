using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The innermost loop of products whose operands are used where they lie: a tile of 12 (or 6) rows by two vectors, held in registers over the whole sum.</summary>
/// <remarks>
/// Element (r, i) of a stands at a[r·rowStep + i·step], row i of b at b[i·rows of b]: so a may be turned or not, and nothing is packed. Every element of c is one chain of
/// fused multiply-adds over i in ascending order, as in <see cref="GemmKernel{L, TVector}"/>. Four addresses three rows apart leave room for the accumulators' registers.
/// </remarks>
internal static unsafe class StridedKernel<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    /// <summary>c[TileRows, 2 vectors] = or += Σ over <paramref name="k"/> terms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile(float* a, nint rowStep, nint step, float* b, nint bStep, float* c, nint cStep, int k, bool add)
    {
        if (L.TileRows == 12) Tile12(a, rowStep, step, b, bStep, c, cStep, k, add);
        else Tile6(a, rowStep, step, b, bStep, c, cStep, k, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile12(float* a, nint rowStep, nint step, float* b, nint bStep, float* c, nint cStep, int k, bool add)
    {
        var n = L.Count;
        var zero = L.Broadcast(0);
        TVector x0 = zero, y0 = zero, x1 = zero, y1 = zero;
        TVector x2 = zero, y2 = zero, x3 = zero, y3 = zero;
        TVector x4 = zero, y4 = zero, x5 = zero, y5 = zero;
        TVector x6 = zero, y6 = zero, x7 = zero, y7 = zero;
        TVector x8 = zero, y8 = zero, x9 = zero, y9 = zero;
        TVector x10 = zero, y10 = zero, x11 = zero, y11 = zero;
        float* a3 = a + 3 * rowStep, a6 = a3 + 3 * rowStep, a9 = a6 + 3 * rowStep;
        var second = 2 * rowStep;
        for (; k > 0; k--, a += step, a3 += step, a6 += step, a9 += step, b += bStep)
        {
            var left = L.Load(b);
            var right = L.Load(b + n);
            TVector s;
            s = L.Broadcast(a[0]); x0 = L.MultiplyAdd(s, left, x0); y0 = L.MultiplyAdd(s, right, y0);
            s = L.Broadcast(a[rowStep]); x1 = L.MultiplyAdd(s, left, x1); y1 = L.MultiplyAdd(s, right, y1);
            s = L.Broadcast(a[second]); x2 = L.MultiplyAdd(s, left, x2); y2 = L.MultiplyAdd(s, right, y2);
            s = L.Broadcast(a3[0]); x3 = L.MultiplyAdd(s, left, x3); y3 = L.MultiplyAdd(s, right, y3);
            s = L.Broadcast(a3[rowStep]); x4 = L.MultiplyAdd(s, left, x4); y4 = L.MultiplyAdd(s, right, y4);
            s = L.Broadcast(a3[second]); x5 = L.MultiplyAdd(s, left, x5); y5 = L.MultiplyAdd(s, right, y5);
            s = L.Broadcast(a6[0]); x6 = L.MultiplyAdd(s, left, x6); y6 = L.MultiplyAdd(s, right, y6);
            s = L.Broadcast(a6[rowStep]); x7 = L.MultiplyAdd(s, left, x7); y7 = L.MultiplyAdd(s, right, y7);
            s = L.Broadcast(a6[second]); x8 = L.MultiplyAdd(s, left, x8); y8 = L.MultiplyAdd(s, right, y8);
            s = L.Broadcast(a9[0]); x9 = L.MultiplyAdd(s, left, x9); y9 = L.MultiplyAdd(s, right, y9);
            s = L.Broadcast(a9[rowStep]); x10 = L.MultiplyAdd(s, left, x10); y10 = L.MultiplyAdd(s, right, y10);
            s = L.Broadcast(a9[second]); x11 = L.MultiplyAdd(s, left, x11); y11 = L.MultiplyAdd(s, right, y11);
        }
        Put(c, x0, y0, add);
        Put(c + cStep, x1, y1, add);
        Put(c + 2 * cStep, x2, y2, add);
        Put(c + 3 * cStep, x3, y3, add);
        Put(c + 4 * cStep, x4, y4, add);
        Put(c + 5 * cStep, x5, y5, add);
        Put(c + 6 * cStep, x6, y6, add);
        Put(c + 7 * cStep, x7, y7, add);
        Put(c + 8 * cStep, x8, y8, add);
        Put(c + 9 * cStep, x9, y9, add);
        Put(c + 10 * cStep, x10, y10, add);
        Put(c + 11 * cStep, x11, y11, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(float* a, nint rowStep, nint step, float* b, nint bStep, float* c, nint cStep, int k, bool add)
    {
        var n = L.Count;
        var zero = L.Broadcast(0);
        TVector x0 = zero, y0 = zero, x1 = zero, y1 = zero;
        TVector x2 = zero, y2 = zero, x3 = zero, y3 = zero;
        TVector x4 = zero, y4 = zero, x5 = zero, y5 = zero;
        var a3 = a + 3 * rowStep;
        var second = 2 * rowStep;
        for (; k > 0; k--, a += step, a3 += step, b += bStep)
        {
            var left = L.Load(b);
            var right = L.Load(b + n);
            TVector s;
            s = L.Broadcast(a[0]); x0 = L.MultiplyAdd(s, left, x0); y0 = L.MultiplyAdd(s, right, y0);
            s = L.Broadcast(a[rowStep]); x1 = L.MultiplyAdd(s, left, x1); y1 = L.MultiplyAdd(s, right, y1);
            s = L.Broadcast(a[second]); x2 = L.MultiplyAdd(s, left, x2); y2 = L.MultiplyAdd(s, right, y2);
            s = L.Broadcast(a3[0]); x3 = L.MultiplyAdd(s, left, x3); y3 = L.MultiplyAdd(s, right, y3);
            s = L.Broadcast(a3[rowStep]); x4 = L.MultiplyAdd(s, left, x4); y4 = L.MultiplyAdd(s, right, y4);
            s = L.Broadcast(a3[second]); x5 = L.MultiplyAdd(s, left, x5); y5 = L.MultiplyAdd(s, right, y5);
        }
        Put(c, x0, y0, add);
        Put(c + cStep, x1, y1, add);
        Put(c + 2 * cStep, x2, y2, add);
        Put(c + 3 * cStep, x3, y3, add);
        Put(c + 4 * cStep, x4, y4, add);
        Put(c + 5 * cStep, x5, y5, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, TVector left, TVector right, bool add)
    {
        L.Store(c, add ? L.Add(L.Load(c), left) : left);
        L.Store(c + L.Count, add ? L.Add(L.Load(c + L.Count), right) : right);
    }
}
