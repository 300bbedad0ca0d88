using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>512-bit vectors without a byte dot product .NET knows: AVX-512.</summary>
/// <remarks>Two products are added in 16 bits, which saturate: seven bits of the inputs and eight of the weights stay below, 2 · 127 · 127 &lt; 2¹⁵.</remarks>
internal readonly unsafe struct PairBytes512 : IByteKernel
{
    public static int TileRows => 12;

    public static int Levels => 63;

    public static void Panel(byte* a, sbyte* b, int* start, int* c, nint columns, int groups)
    {
        Tile(a, b, start, c, columns, groups);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(byte* a, sbyte* b, int* start, int* c, nint columns, int groups)
    {
        Vector512<int> left0 = Vector512.Load(start), right0 = Vector512.Load(start + 16);
        Vector512<int> x0 = left0, y0 = right0, x1 = left0, y1 = right0, x2 = left0, y2 = right0, x3 = left0, y3 = right0, x4 = left0, y4 = right0, x5 = left0, y5 = right0, x6 = left0, y6 = right0, x7 = left0, y7 = right0, x8 = left0, y8 = right0, x9 = left0, y9 = right0, x10 = left0, y10 = right0, x11 = left0, y11 = right0;
        for (var end = a + (nint)groups * 48; a < end; a += 48, b += 4 * ScreenedWeights.PanelWidth)
        {
            Vector512<sbyte> left = Vector512.Load(b), right = Vector512.Load(b + 64);
            Vector512<byte> s;
            s = Broadcast(a + 0); x0 = MultiplyAdd(x0, s, left); y0 = MultiplyAdd(y0, s, right);
            s = Broadcast(a + 4); x1 = MultiplyAdd(x1, s, left); y1 = MultiplyAdd(y1, s, right);
            s = Broadcast(a + 8); x2 = MultiplyAdd(x2, s, left); y2 = MultiplyAdd(y2, s, right);
            s = Broadcast(a + 12); x3 = MultiplyAdd(x3, s, left); y3 = MultiplyAdd(y3, s, right);
            s = Broadcast(a + 16); x4 = MultiplyAdd(x4, s, left); y4 = MultiplyAdd(y4, s, right);
            s = Broadcast(a + 20); x5 = MultiplyAdd(x5, s, left); y5 = MultiplyAdd(y5, s, right);
            s = Broadcast(a + 24); x6 = MultiplyAdd(x6, s, left); y6 = MultiplyAdd(y6, s, right);
            s = Broadcast(a + 28); x7 = MultiplyAdd(x7, s, left); y7 = MultiplyAdd(y7, s, right);
            s = Broadcast(a + 32); x8 = MultiplyAdd(x8, s, left); y8 = MultiplyAdd(y8, s, right);
            s = Broadcast(a + 36); x9 = MultiplyAdd(x9, s, left); y9 = MultiplyAdd(y9, s, right);
            s = Broadcast(a + 40); x10 = MultiplyAdd(x10, s, left); y10 = MultiplyAdd(y10, s, right);
            s = Broadcast(a + 44); x11 = MultiplyAdd(x11, s, left); y11 = MultiplyAdd(y11, s, right);
        }
        Put(c, x0, y0);
        Put(c + 1 * columns, x1, y1);
        Put(c + 2 * columns, x2, y2);
        Put(c + 3 * columns, x3, y3);
        Put(c + 4 * columns, x4, y4);
        Put(c + 5 * columns, x5, y5);
        Put(c + 6 * columns, x6, y6);
        Put(c + 7 * columns, x7, y7);
        Put(c + 8 * columns, x8, y8);
        Put(c + 9 * columns, x9, y9);
        Put(c + 10 * columns, x10, y10);
        Put(c + 11 * columns, x11, y11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Broadcast(byte* four) => Vector512.Create(*(int*)four).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> MultiplyAdd(Vector512<int> sum, Vector512<byte> a, Vector512<sbyte> b) =>
        Avx512F.Add(sum, Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(a, b), Vector512<short>.One));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(int* c, Vector512<int> x, Vector512<int> y)
    {
        x.Store(c);
        y.Store(c + 16);
    }
}
