namespace SaeSharp.Numerics.Files;

/// <summary>The element types of the safetensors format: bits of one element, and the <see cref="DType"/> that holds it.</summary>
internal static class SafetensorsTypes
{
    private static readonly Dictionary<string, (int Bits, DType? Held)> Table = new(StringComparer.Ordinal)
    {
        ["F32"] = (32, DType.F32),
        ["F64"] = (64, DType.F64),
        ["BF16"] = (16, DType.BF16),
        ["F16"] = (16, DType.F16),
        ["I32"] = (32, DType.I32),
        ["I64"] = (64, DType.I64),
        ["BOOL"] = (8, DType.Bool),
        ["U8"] = (8, null),
        ["I8"] = (8, null),
        ["U16"] = (16, null),
        ["I16"] = (16, null),
        ["U32"] = (32, null),
        ["U64"] = (64, null),
        ["C64"] = (64, null),
        ["F8_E4M3"] = (8, null),
        ["F8_E5M2"] = (8, null),
        ["F8_E8M0"] = (8, null),
        ["F8_E4M3FNUZ"] = (8, null),
        ["F8_E5M2FNUZ"] = (8, null),
        ["F6_E2M3"] = (6, null),
        ["F6_E3M2"] = (6, null),
        ["F4"] = (4, null),
    };

    public static bool TryBits(string name, out int bits)
    {
        var known = Table.TryGetValue(name, out var row);
        bits = row.Bits;
        return known;
    }

    public static DType? Held(string name) => Table.TryGetValue(name, out var row) ? row.Held : null;

    public static string Name(DType type) => Table.First(row => row.Value.Held == type).Key;

    public static string HeldNames => string.Join(", ", Table.Where(row => row.Value.Held is not null).Select(row => row.Key));
}
