namespace SaeSharp.Numerics;

/// <summary>What one element of a <see cref="Tensor"/> is.</summary>
public enum DType
{
    /// <summary>32-bit float: the type kernels compute in.</summary>
    F32,
    /// <summary>64-bit float: the type oracles and gradient checks compute in.</summary>
    F64,
    /// <summary>The upper 16 bits of a 32-bit float; a storage format, widened when read.</summary>
    BF16,
    /// <summary>IEEE half precision; a storage format, widened when read.</summary>
    F16,
    /// <summary>32-bit integer: token ids, feature indices.</summary>
    I32,
    /// <summary>64-bit integer: what PyTorch files hold for ids.</summary>
    I64,
    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}

/// <summary>Facts about each <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.F64 or DType.I64 => 8,
        DType.F32 or DType.I32 => 4,
        DType.BF16 or DType.F16 => 2,
        _ => 1,
    };

    /// <summary>The <see cref="DType"/> whose elements are <typeparamref name="T"/>.</summary>
    public static DType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.F32
        : typeof(T) == typeof(double) ? DType.F64
        : typeof(T) == typeof(BFloat16) ? DType.BF16
        : typeof(T) == typeof(Half) ? DType.F16
        : typeof(T) == typeof(int) ? DType.I32
        : typeof(T) == typeof(long) ? DType.I64
        : typeof(T) == typeof(bool) ? DType.Bool
        : throw new ArgumentException($"No DType holds {typeof(T).Name}.", nameof(T));
}
