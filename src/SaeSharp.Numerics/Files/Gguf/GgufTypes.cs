namespace SaeSharp.Numerics.Files.Gguf;

/// <summary>Makes f32 numbers of one block.</summary>
internal delegate void BlockUnpacker(ReadOnlySpan<byte> block, Span<float> values);

/// <summary>An element type of GGUF.</summary>
/// <param name="Number">GGUF's number for it.</param>
/// <param name="Name">GGUF's name.</param>
/// <param name="BlockSize">Elements of a block.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
/// <param name="Unpack">How a block becomes numbers; null where elements are taken as they lie.</param>
internal sealed record GgufType(int Number, string Name, int BlockSize, int BlockBytes, BlockUnpacker? Unpack = null)
{
    /// <summary>What a tensor of it is read as.</summary>
    public DType? Read => Unpack is null ? ElementTypes.Read(Name) : DType.F32;
}

/// <summary>The element types that are read. Others (IQ and ternary types, Q2_K, Q3_K, Q8_K) are refused by number when a file is opened.</summary>
internal static class GgufTypes
{
    private static readonly GgufType[] Table =
    [
        new(0, "F32", 1, 4),
        new(1, "F16", 1, 2),
        new(2, "Q4_0", 32, 18, GgufBlocks.Q4_0),
        new(3, "Q4_1", 32, 20, GgufBlocks.Q4_1),
        new(6, "Q5_0", 32, 22, GgufBlocks.Q5_0),
        new(7, "Q5_1", 32, 24, GgufBlocks.Q5_1),
        new(8, "Q8_0", 32, 34, GgufBlocks.Q8_0),
        new(12, "Q4_K", 256, 144, GgufBlocks.Q4_K),
        new(13, "Q5_K", 256, 176, GgufBlocks.Q5_K),
        new(14, "Q6_K", 256, 210, GgufBlocks.Q6_K),
        new(24, "I8", 1, 1),
        new(25, "I16", 1, 2),
        new(26, "I32", 1, 4),
        new(27, "I64", 1, 8),
        new(28, "F64", 1, 8),
        new(30, "BF16", 1, 2),
    ];

    private static readonly Dictionary<int, GgufType> ByNumber = Table.ToDictionary(type => type.Number);
    private static readonly Dictionary<string, GgufType> ByName = Table.ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static string Names => string.Join(", ", Table.Select(type => $"{type.Name} ({type.Number})"));

    public static GgufType? Of(int number) => ByNumber.GetValueOrDefault(number);

    public static GgufType Of(string name) => ByName[name];
}
