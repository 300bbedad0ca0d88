using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>What a decoder-only transformer is built of. A family reads it from its <c>config.json</c>; the blocks are built from it.</summary>
/// <remarks>Variants are closed records. Which norms a block has, and which layers carry a bias, is said by the family's weight table.</remarks>
public sealed record TransformerSpec
{
    private static readonly PerLayer<Mixer> AttentionEverywhere = new Mixer.Attention(); // one, so that equal specs compare equal

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init => field = OptionException.Positive(value); }

    /// <summary>Width of the residual stream.</summary>
    public required int DModel { get; init => field = OptionException.Positive(value); }

    /// <summary>Number of token ids.</summary>
    public required int DVocab { get; init => field = OptionException.Positive(value); }

    /// <summary>Most positions of a sequence.</summary>
    public required int Context { get; init => field = OptionException.Positive(value); }

    /// <summary>How the positions of a layer learn of each other.</summary>
    public PerLayer<Mixer> Mixer { get; init; } = AttentionEverywhere;

    public required AttentionShape Attention { get; init; }

    /// <summary>Scale, window and soft cap of each layer's attention.</summary>
    public required PerLayer<AttentionSpec> Weighing { get; init; }

    /// <summary>Norms on queries and keys.</summary>
    public HeadNorm HeadNorm { get; init; } = new HeadNorm.None();

    public required Norm Norm { get; init; }

    public required PerLayer<Positions> Positions { get; init; }

    public required PerLayer<Mlp> Mlp { get; init; }

    /// <summary>How attention and MLP join the stream.</summary>
    public Residual Residual { get; init; } = new Residual.Sequential();

    /// <summary>Width of the embedding table where that is not <see cref="DModel"/>; a linear layer then leads into the stream, another out of it.</summary>
    public int? DEmbed { get; init; }

    /// <summary>Factor on the token embedding.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Factor on the logits.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>c: logits become c·tanh(logit/c) in the end; 0 means none.</summary>
    public double LogitSoftCap { get; init => field = OptionException.NotNegative(value); }

    /// <summary>Whether the unembedding is the embedding table.</summary>
    public bool TiedUnembedding { get; init; }

    /// <summary>Tokens that end a text; empty where the config names none.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];
}

/// <summary>Heads of every attention block.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads; each serves Heads / KeyHeads query heads.</param>
/// <param name="DHead">Width of a head.</param>
public sealed record AttentionShape(int Heads, int KeyHeads, int DHead)
{
    /// <summary>Numbers of all queries of a row.</summary>
    public int DQuery => Heads * DHead;

    /// <summary>Numbers of all keys, or values, of a row.</summary>
    public int DKey => KeyHeads * DHead;

    /// <summary>Factor on q·k that keeps its variance: 1/√dHead (arXiv:1706.03762).</summary>
    public double Scale => 1 / Math.Sqrt(DHead);
}

/// <summary>A normalisation of vectors.</summary>
public abstract record Norm
{
    private Norm() { }

    /// <summary>x / √(mean(x²) + ε) ⊙ gain (arXiv:1910.07467).</summary>
    public sealed record Rms(double Epsilon) : Norm;

    /// <summary>(x − mean) / √(var + ε) ⊙ gain + bias (arXiv:1607.06450).</summary>
    public sealed record Layer(double Epsilon) : Norm;
}

/// <summary>A norm on queries and keys, before they are rotated.</summary>
public abstract record HeadNorm
{
    private HeadNorm() { }

    public sealed record None : HeadNorm;

    /// <summary>Each head by itself, all with the same gain (Qwen 3, Gemma 3, Phi).</summary>
    public sealed record Shared(Norm Norm) : HeadNorm;

    /// <summary>Each head by itself, with a gain of its own (StableLM 2).</summary>
    public sealed record Own(Norm Norm) : HeadNorm;

    /// <summary>All heads as one vector (OLMo 2).</summary>
    public sealed record Together(Norm Norm) : HeadNorm;
}

/// <summary>The feed-forward half of a block.</summary>
/// <param name="DMlp">Width of the hidden layer.</param>
/// <param name="Activation">Its non-linearity.</param>
public abstract record Mlp(int DMlp, Activation Activation)
{
    /// <summary>down(activation(up(x))): GPT-2 and most models before Llama.</summary>
    public sealed record Plain(int DMlp, Activation Activation) : Mlp(DMlp, Activation);

    /// <summary>down(activation(gate(x)) ⊙ up(x)): SwiGLU and its kin (arXiv:2002.05202).</summary>
    public sealed record Gated(int DMlp, Activation Activation) : Mlp(DMlp, Activation);

    /// <summary>Of <paramref name="Count"/> gated MLPs each token passes the <paramref name="Chosen"/> that a router weighs most; their outputs are summed by those weights (arXiv:1701.06538).</summary>
    /// <param name="DMlp">Width of an expert's hidden layer.</param>
    /// <param name="Activation">Its non-linearity.</param>
    /// <param name="Count">Experts.</param>
    /// <param name="Chosen">k: experts a token passes.</param>
    public sealed record Experts(int DMlp, Activation Activation, int Count, int Chosen) : Mlp(DMlp, Activation)
    {
        /// <summary>Whether the k weights, of a softmax over all experts, are made to sum to 1.</summary>
        public bool Renormalised { get; init; } = true;

        /// <summary>Hidden width of an MLP that every token passes, behind a gate of its own where the family's weight table has one; 0 for none.</summary>
        public int DShared { get; init => field = OptionException.NotNegative(value); }

        /// <summary>How experts are chosen, in place of the largest of a softmax; null for that.</summary>
        public GroupedChoice? Groups { get; init; }

        /// <summary>In place of activation(gate) ⊙ up; null for that.</summary>
        public GateClamp? Clamp { get; init; }
    }
}

/// <summary>(clamp(up) + 1) ⊙ g·σ(alpha·g), g the gate cut off at the limit (gpt-oss).</summary>
/// <param name="Alpha">Slope of the sigmoid.</param>
/// <param name="Limit">Gates are at most this, |up| too.</param>
public sealed record GateClamp(double Alpha, double Limit);

/// <summary>Experts compete by σ(logit) + correction, first their groups by the sum of their two best; the weights are σ(logit) alone (DeepSeek-V3, arXiv:2412.19437).</summary>
/// <param name="Count">Groups of neighbouring experts, all of one size.</param>
/// <param name="Kept">How many groups a token chooses from.</param>
/// <param name="Scale">Factor on the weights in the end.</param>
public sealed record GroupedChoice(int Count, int Kept, double Scale);

/// <summary>How a block's two halves join the residual stream x. Each norm is there where the family's weight table has it.</summary>
public abstract record Residual
{
    private Residual() { }

    /// <summary>x += s·post1(attention(norm1(x))), then x += s·post2(mlp(norm2(x))).</summary>
    /// <param name="Scale">s: 1 but for Granite.</param>
    public sealed record Sequential(double Scale = 1) : Residual;

    /// <summary>x += attention(norm1(x)) + mlp(norm2(x)); without norm2 both read norm1(x).</summary>
    public sealed record Parallel : Residual;

    /// <summary>x = norm1(x + attention(x)), then x = norm2(x + mlp(x)): the first transformers, and OPT-350m.</summary>
    public sealed record PostNorm : Residual;
}
