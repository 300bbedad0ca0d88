namespace SaeSharp.Numerics.Files;

/// <summary>Which tensor of ours takes elements of a stored type; integers that none holds become the next wider kind, with their exact values.</summary>
internal static class ElementTypes
{
    private static readonly Dictionary<string, DType> Wider = new(StringComparer.Ordinal)
    {
        ["U8"] = DType.I32,
        ["I8"] = DType.I32,
        ["U16"] = DType.I32,
        ["I16"] = DType.I32,
        ["U32"] = DType.I64,
        ["U64"] = DType.I64, // refused when a value is beyond 2⁶³
    };

    /// <summary>Bytes of one element of a type of whole bytes.</summary>
    public static int Size(string name) => SafetensorsTypes.TryBits(name, out var bits) && bits % 8 == 0 ? bits / 8 : throw new ArgumentException($"'{name}' has no whole bytes.", nameof(name));

    /// <summary>The type reading gives; null where none can.</summary>
    public static DType? Read(string name) => SafetensorsTypes.Held(name) ?? (Wider.TryGetValue(name, out var type) ? type : null);

    public static string ReadNames => $"{SafetensorsTypes.HeldNames}, {string.Join(", ", Wider.Keys)}";
}
