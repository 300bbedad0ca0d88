using SaeSharp.Numerics;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>How a store keeps activations.</summary>
public enum StoreType
{
    /// <summary>32 bits: exact.</summary>
    F32,
    /// <summary>bfloat16: half the size, 8 significant bits.</summary>
    Bf16,
}

/// <summary>The tensors that hold them.</summary>
internal static class StoreTypes
{
    public static DType Held(this StoreType type) => type == StoreType.F32 ? DType.F32 : DType.BF16;
}
