using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>What a decoder-only transformer is built of. A family reads it from its <c>config.json</c>; the blocks are built from it.</summary>
/// <remarks>Variants are closed records; which linear layers carry a bias is said by the family's weight table.</remarks>
public sealed record TransformerSpec
{
    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init => field = OptionException.Positive(value); }

    /// <summary>Width of the residual stream.</summary>
    public required int DModel { get; init => field = OptionException.Positive(value); }

    /// <summary>Number of token ids.</summary>
    public required int DVocab { get; init => field = OptionException.Positive(value); }

    /// <summary>Most positions of a sequence.</summary>
    public required int Context { get; init => field = OptionException.Positive(value); }

    public required AttentionShape Attention { get; init; }

    public required Norm Norm { get; init; }

    public required Positions Positions { get; init; }

    public required Mlp Mlp { get; init; }

    /// <summary>Whether the unembedding is the embedding table.</summary>
    public bool TiedUnembedding { get; init; }

    /// <summary>Tokens that end a text; empty where the config names none.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];
}

/// <summary>Heads of every attention block.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads; each serves Heads / KeyHeads query heads.</param>
/// <param name="DHead">Width of a head.</param>
public sealed record AttentionShape(int Heads, int KeyHeads, int DHead);

/// <summary>The normalisation in front of attention, MLP and unembedding.</summary>
public abstract record Norm
{
    private Norm() { }

    /// <summary>x / √(mean(x²) + ε) ⊙ gain (arXiv:1910.07467).</summary>
    public sealed record Rms(double Epsilon) : Norm;
}

/// <summary>How tokens learn where they stand.</summary>
public abstract record Positions
{
    private Positions() { }

    /// <summary>Queries and keys are rotated by position·base^(−2i/dHead) (arXiv:2104.09864).</summary>
    public sealed record Rotary(double Base, RotaryPairs Pairs) : Positions;
}

/// <summary>The feed-forward half of a block.</summary>
/// <param name="DMlp">Width of the hidden layer.</param>
/// <param name="Activation">Its non-linearity.</param>
public abstract record Mlp(int DMlp, Activation Activation)
{
    /// <summary>down(activation(gate(x)) ⊙ up(x)): SwiGLU and its kin (arXiv:2002.05202).</summary>
    public sealed record Gated(int DMlp, Activation Activation) : Mlp(DMlp, Activation);
}
