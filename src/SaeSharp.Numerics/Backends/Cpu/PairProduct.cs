using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Without a byte dot product: AVX2.</summary>
/// <remarks>Two products are added in 16 bits, which saturate: seven bits of the inputs and eight of the weights stay below, 2 · 127 · 127 &lt; 2¹⁵.</remarks>
internal readonly struct PairProduct : IByteProduct
{
    public static int Levels => 63;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> a, Vector256<sbyte> b) =>
        Avx2.Add(sum, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(a, b), Vector256<short>.One));
}
