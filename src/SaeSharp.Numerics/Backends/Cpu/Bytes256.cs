using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Tiles of 6 × 16 in 256-bit vectors; <typeparamref name="TProduct"/> is what the processor has to multiply bytes by.</summary>
internal readonly unsafe struct Bytes256<TProduct> : IByteKernel where TProduct : IByteProduct
{
    public static int TileRows => 6;

    public static int Levels => TProduct.Levels;

    public static void Panel(byte* a, sbyte* b, int* start, int* c, nint columns, int groups)
    {
        for (var j = 0; j < ScreenedWeights.PanelWidth; j += 16) Tile(a, b + 4 * j, start + j, c + j, columns, groups);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(byte* a, sbyte* b, int* start, int* c, nint columns, int groups)
    {
        Vector256<int> left0 = Vector256.Load(start), right0 = Vector256.Load(start + 8);
        Vector256<int> x0 = left0, y0 = right0, x1 = left0, y1 = right0, x2 = left0, y2 = right0, x3 = left0, y3 = right0, x4 = left0, y4 = right0, x5 = left0, y5 = right0;
        for (var end = a + (nint)groups * 24; a < end; a += 24, b += 4 * ScreenedWeights.PanelWidth)
        {
            Vector256<sbyte> left = Vector256.Load(b), right = Vector256.Load(b + 32);
            Vector256<byte> s;
            s = Broadcast(a + 0); x0 = TProduct.MultiplyAdd(x0, s, left); y0 = TProduct.MultiplyAdd(y0, s, right);
            s = Broadcast(a + 4); x1 = TProduct.MultiplyAdd(x1, s, left); y1 = TProduct.MultiplyAdd(y1, s, right);
            s = Broadcast(a + 8); x2 = TProduct.MultiplyAdd(x2, s, left); y2 = TProduct.MultiplyAdd(y2, s, right);
            s = Broadcast(a + 12); x3 = TProduct.MultiplyAdd(x3, s, left); y3 = TProduct.MultiplyAdd(y3, s, right);
            s = Broadcast(a + 16); x4 = TProduct.MultiplyAdd(x4, s, left); y4 = TProduct.MultiplyAdd(y4, s, right);
            s = Broadcast(a + 20); x5 = TProduct.MultiplyAdd(x5, s, left); y5 = TProduct.MultiplyAdd(y5, s, right);
        }
        Put(c, x0, y0);
        Put(c + 1 * columns, x1, y1);
        Put(c + 2 * columns, x2, y2);
        Put(c + 3 * columns, x3, y3);
        Put(c + 4 * columns, x4, y4);
        Put(c + 5 * columns, x5, y5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Broadcast(byte* four) => Vector256.Create(*(int*)four).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(int* c, Vector256<int> x, Vector256<int> y)
    {
        x.Store(c);
        y.Store(c + 8);
    }
}
