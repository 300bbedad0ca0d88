using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>With a byte dot product: AVX-VNNI. .NET has no 512-bit form of it.</summary>
internal readonly struct VnniProduct : IByteProduct
{
    public static int Levels => 127;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> a, Vector256<sbyte> b) => AvxVnni.MultiplyWideningAndAdd(sum, a, b);
}
