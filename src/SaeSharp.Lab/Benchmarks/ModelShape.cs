using SaeSharp.Numerics;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Sizes of a language model whose weights do not matter.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="DModel">Width of the residual stream.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="DMlp">Width of the gated MLP.</param>
/// <param name="DVocab">Tokens.</param>
internal sealed record ModelShape(string Name, int Layers, int DModel, int Heads, int DMlp, int DVocab)
{
    private static readonly ModelShape[] Known =
    [
        new("tinystories-656k", 2, 128, 8, 384, 2048) { KeyHeads = 4, Tied = true },
        new("demo", 6, 128, 4, 384, 1545) { DType = DType.BF16 },
        new("stories15m", 6, 288, 6, 768, 32_000),
        // GPT-2's plain MLP of 3072 has as many weights as a gated one of 2048.
        new("gpt2-small", 12, 768, 12, 2048, 50_257),
        new("gemma-2b", 18, 2048, 8, 16_384, 256_000) { KeyHeads = 1, Tied = true, DType = DType.BF16 },
    ];

    /// <summary>The shape called <paramref name="name"/>.</summary>
    public static ModelShape Of(string name) => Known.FirstOrDefault(s => s.Name == name) ?? throw OptionException.Invalid(
        $"There is no model shape '{name}'.", $"Shapes: {string.Join(", ", Known.Select(s => s.Name))}.");

    /// <summary>Key and value heads.</summary>
    public int KeyHeads { get; init; } = Heads;

    /// <summary>Whether the unembedding is the embedding table.</summary>
    public bool Tied { get; init; }

    /// <summary>What weights are stored as.</summary>
    public DType DType { get; init; } = DType.F32;

    /// <summary>Width of a head.</summary>
    public int DHead => DModel / Heads;

    /// <summary>Weights of all blocks.</summary>
    public long BlockWeights => (long)Layers * (2L * DModel * DModel + 2L * DModel * KeyHeads * DHead + 3L * DModel * DMlp);

    /// <summary>Bytes that one decoding step reads: all weights but the embedding table, of which it reads one row.</summary>
    public long BytesPerToken => DType.Size() * (BlockWeights + (long)DModel * DVocab);

    /// <summary>Floating-point operations of one token's pass through the blocks; it attends to <paramref name="keys"/> keys.</summary>
    public double FlopsPerToken(double keys) => 2.0 * BlockWeights + Layers * 4.0 * DModel * keys;
}
