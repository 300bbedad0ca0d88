namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>PyTorch's element types in safetensors' spelling.</summary>
internal static class TorchTypes
{
    /// <summary>Storage classes; a null type takes its tensors' types.</summary>
    private static readonly Dictionary<string, string?> Storages = new(StringComparer.Ordinal)
    {
        ["torch.DoubleStorage"] = "F64",
        ["torch.FloatStorage"] = "F32",
        ["torch.HalfStorage"] = "F16",
        ["torch.BFloat16Storage"] = "BF16",
        ["torch.LongStorage"] = "I64",
        ["torch.IntStorage"] = "I32",
        ["torch.ShortStorage"] = "I16",
        ["torch.CharStorage"] = "I8",
        ["torch.ByteStorage"] = "U8",
        ["torch.BoolStorage"] = "BOOL",
        ["torch.ComplexFloatStorage"] = "C64",
        ["torch.storage.UntypedStorage"] = null,
        ["torch.UntypedStorage"] = null,
    };

    /// <summary>Values of <c>torch.dtype</c>.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["torch.float64"] = "F64",
        ["torch.float32"] = "F32",
        ["torch.float16"] = "F16",
        ["torch.bfloat16"] = "BF16",
        ["torch.int64"] = "I64",
        ["torch.int32"] = "I32",
        ["torch.int16"] = "I16",
        ["torch.int8"] = "I8",
        ["torch.uint8"] = "U8",
        ["torch.uint16"] = "U16",
        ["torch.uint32"] = "U32",
        ["torch.uint64"] = "U64",
        ["torch.bool"] = "BOOL",
        ["torch.complex64"] = "C64",
        ["torch.float8_e4m3fn"] = "F8_E4M3",
        ["torch.float8_e5m2"] = "F8_E5M2",
        ["torch.float8_e4m3fnuz"] = "F8_E4M3FNUZ",
        ["torch.float8_e5m2fnuz"] = "F8_E5M2FNUZ",
        ["torch.float8_e8m0fnu"] = "F8_E8M0",
    };

    public static bool IsStorage(string global) => Storages.ContainsKey(global);

    public static bool IsType(string global) => Types.ContainsKey(global);

    /// <summary>The element type of a storage class; null for one without.</summary>
    public static string? OfStorage(string global) => Storages[global];

    public static string OfType(string global) => Types[global];
}
