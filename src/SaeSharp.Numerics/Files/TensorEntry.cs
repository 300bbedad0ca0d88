namespace SaeSharp.Numerics.Files;

/// <summary>What a tensor file says about one of its tensors.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="TypeName">Its element type as the file spells it: <c>F32</c>, <c>BF16</c>, <c>F8_E4M3</c>, <c>Q4_K</c> ...</param>
/// <param name="Shape">Size of each axis.</param>
/// <param name="Start">First byte, counted from where the format counts: the end of the header, the start of a torch storage.</param>
/// <param name="Bytes">How many bytes its elements take.</param>
public sealed record TensorEntry(string Name, string TypeName, IReadOnlyList<long> Shape, long Start, long Bytes)
{
    /// <summary>The type that reading gives; null where no tensor of ours holds it.</summary>
    public DType? DType { get; init; } = SafetensorsTypes.Held(TypeName);

    /// <summary>The shape as people write it: <c>[8, 768]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
