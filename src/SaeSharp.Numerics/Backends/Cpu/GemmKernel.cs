using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The innermost loop of the matrix product: a tile of 12 (or 6) rows by two vectors, held in registers over the whole sum.</summary>
/// <remarks>
/// a lies packed [k][TileRows], b is a <see cref="PackedMatrix"/> panel [k][32]. Every element of c is one chain of fused multiply-adds over k in ascending order,
/// whatever the tile it falls into: <see cref="GemvKernel{L, TVector}"/> keeps the same order for a single row. The accumulators are spelled out because the
/// compiler keeps locals, not arrays, in registers.
/// </remarks>
internal static unsafe class GemmKernel<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    /// <summary>c[rows, 32] = or += a·b for one panel; <paramref name="c"/> has room for all rows and 32 columns.</summary>
    public static void Panel(float* a, float* b, float* c, nint columns, int k, bool add)
    {
        for (var j = 0; j < PackedMatrix.PanelWidth; j += 2 * L.Count)
        {
            if (L.TileRows == 12) Tile12(a, b + j, c + j, columns, k, add);
            else Tile6(a, b + j, c + j, columns, k, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile12(float* a, float* b, float* c, nint columns, int k, bool add)
    {
        var n = L.Count;
        var zero = L.Broadcast(0);
        TVector x0 = zero, y0 = zero, x1 = zero, y1 = zero;
        TVector x2 = zero, y2 = zero, x3 = zero, y3 = zero;
        TVector x4 = zero, y4 = zero, x5 = zero, y5 = zero;
        TVector x6 = zero, y6 = zero, x7 = zero, y7 = zero;
        TVector x8 = zero, y8 = zero, x9 = zero, y9 = zero;
        TVector x10 = zero, y10 = zero, x11 = zero, y11 = zero;
        for (var end = a + (nint)k * 12; a < end; a += 12, b += PackedMatrix.PanelWidth)
        {
            var left = L.Load(b);
            var right = L.Load(b + n);
            Prefetch(b);
            TVector s;
            s = L.Broadcast(a[0]); x0 = L.MultiplyAdd(s, left, x0); y0 = L.MultiplyAdd(s, right, y0);
            s = L.Broadcast(a[1]); x1 = L.MultiplyAdd(s, left, x1); y1 = L.MultiplyAdd(s, right, y1);
            s = L.Broadcast(a[2]); x2 = L.MultiplyAdd(s, left, x2); y2 = L.MultiplyAdd(s, right, y2);
            s = L.Broadcast(a[3]); x3 = L.MultiplyAdd(s, left, x3); y3 = L.MultiplyAdd(s, right, y3);
            s = L.Broadcast(a[4]); x4 = L.MultiplyAdd(s, left, x4); y4 = L.MultiplyAdd(s, right, y4);
            s = L.Broadcast(a[5]); x5 = L.MultiplyAdd(s, left, x5); y5 = L.MultiplyAdd(s, right, y5);
            s = L.Broadcast(a[6]); x6 = L.MultiplyAdd(s, left, x6); y6 = L.MultiplyAdd(s, right, y6);
            s = L.Broadcast(a[7]); x7 = L.MultiplyAdd(s, left, x7); y7 = L.MultiplyAdd(s, right, y7);
            s = L.Broadcast(a[8]); x8 = L.MultiplyAdd(s, left, x8); y8 = L.MultiplyAdd(s, right, y8);
            s = L.Broadcast(a[9]); x9 = L.MultiplyAdd(s, left, x9); y9 = L.MultiplyAdd(s, right, y9);
            s = L.Broadcast(a[10]); x10 = L.MultiplyAdd(s, left, x10); y10 = L.MultiplyAdd(s, right, y10);
            s = L.Broadcast(a[11]); x11 = L.MultiplyAdd(s, left, x11); y11 = L.MultiplyAdd(s, right, y11);
        }
        Put(c, x0, y0, add);
        Put(c + columns, x1, y1, add);
        Put(c + 2 * columns, x2, y2, add);
        Put(c + 3 * columns, x3, y3, add);
        Put(c + 4 * columns, x4, y4, add);
        Put(c + 5 * columns, x5, y5, add);
        Put(c + 6 * columns, x6, y6, add);
        Put(c + 7 * columns, x7, y7, add);
        Put(c + 8 * columns, x8, y8, add);
        Put(c + 9 * columns, x9, y9, add);
        Put(c + 10 * columns, x10, y10, add);
        Put(c + 11 * columns, x11, y11, add);
    }

    /// <summary>The first four rows of a packed tile alone: of a few rows the others would be zeros.</summary>
    public static void FewRows(float* a, float* b, float* c, nint columns, int k)
    {
        for (var j = 0; j < PackedMatrix.PanelWidth; j += 2 * L.Count) Tile4(a, b + j, c + j, columns, k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(float* a, float* b, float* c, nint columns, int k)
    {
        var n = L.Count;
        var rows = L.TileRows;
        var zero = L.Broadcast(0);
        TVector x0 = zero, y0 = zero, x1 = zero, y1 = zero;
        TVector x2 = zero, y2 = zero, x3 = zero, y3 = zero;
        for (var end = a + (nint)k * rows; a < end; a += rows, b += PackedMatrix.PanelWidth)
        {
            var left = L.Load(b);
            var right = L.Load(b + n);
            TVector s;
            s = L.Broadcast(a[0]); x0 = L.MultiplyAdd(s, left, x0); y0 = L.MultiplyAdd(s, right, y0);
            s = L.Broadcast(a[1]); x1 = L.MultiplyAdd(s, left, x1); y1 = L.MultiplyAdd(s, right, y1);
            s = L.Broadcast(a[2]); x2 = L.MultiplyAdd(s, left, x2); y2 = L.MultiplyAdd(s, right, y2);
            s = L.Broadcast(a[3]); x3 = L.MultiplyAdd(s, left, x3); y3 = L.MultiplyAdd(s, right, y3);
        }
        Put(c, x0, y0, false);
        Put(c + columns, x1, y1, false);
        Put(c + 2 * columns, x2, y2, false);
        Put(c + 3 * columns, x3, y3, false);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(float* a, float* b, float* c, nint columns, int k, bool add)
    {
        var n = L.Count;
        var zero = L.Broadcast(0);
        TVector x0 = zero, y0 = zero, x1 = zero, y1 = zero;
        TVector x2 = zero, y2 = zero, x3 = zero, y3 = zero;
        TVector x4 = zero, y4 = zero, x5 = zero, y5 = zero;
        for (var end = a + (nint)k * 6; a < end; a += 6, b += PackedMatrix.PanelWidth)
        {
            var left = L.Load(b);
            var right = L.Load(b + n);
            Prefetch(b);
            TVector s;
            s = L.Broadcast(a[0]); x0 = L.MultiplyAdd(s, left, x0); y0 = L.MultiplyAdd(s, right, y0);
            s = L.Broadcast(a[1]); x1 = L.MultiplyAdd(s, left, x1); y1 = L.MultiplyAdd(s, right, y1);
            s = L.Broadcast(a[2]); x2 = L.MultiplyAdd(s, left, x2); y2 = L.MultiplyAdd(s, right, y2);
            s = L.Broadcast(a[3]); x3 = L.MultiplyAdd(s, left, x3); y3 = L.MultiplyAdd(s, right, y3);
            s = L.Broadcast(a[4]); x4 = L.MultiplyAdd(s, left, x4); y4 = L.MultiplyAdd(s, right, y4);
            s = L.Broadcast(a[5]); x5 = L.MultiplyAdd(s, left, x5); y5 = L.MultiplyAdd(s, right, y5);
        }
        Put(c, x0, y0, add);
        Put(c + columns, x1, y1, add);
        Put(c + 2 * columns, x2, y2, add);
        Put(c + 3 * columns, x3, y3, add);
        Put(c + 4 * columns, x4, y4, add);
        Put(c + 5 * columns, x5, y5, add);
    }

    /// <summary>Asks for a row of b long before its turn: between two rows lie so many multiply-adds that the processor does not look far enough ahead by itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* b)
    {
        const int Ahead = 1024; // 4 KiB
        if (!Sse.IsSupported) return;
        Sse.Prefetch0(b + Ahead);
        Sse.Prefetch0(b + Ahead + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, TVector x, TVector y, bool add)
    {
        L.Store(c, add ? L.Add(L.Load(c), x) : x);
        L.Store(c + L.Count, add ? L.Add(L.Load(c + L.Count), y) : y);
    }
}
