using System.Runtime.Intrinsics;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Products of four neighbouring bytes each, added to 32-bit sums.</summary>
internal interface IByteProduct
{
    /// <summary>As <see cref="IByteKernel.Levels"/>.</summary>
    static abstract int Levels { get; }

    /// <summary>sum[i] + Σ_j a[4i + j]·b[4i + j], without loss for inputs of <see cref="Levels"/>.</summary>
    static abstract Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> a, Vector256<sbyte> b);
}
