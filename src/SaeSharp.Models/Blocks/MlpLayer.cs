using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>The feed-forward half of a block.</summary>
internal abstract class MlpLayer
{
    /// <summary>The layer's MLP, as its spec says.</summary>
    public static MlpLayer Of(ModelWeights weights, HookList hooks, TransformerSpec spec, int layer) => spec.Mlp[layer] switch
    {
        Mlp.Plain plain => new PlainMlp(weights, hooks, spec, plain, layer),
        Mlp.Gated gated => new GatedMlp(weights, hooks, spec, gated, layer),
        var mlp => throw new NotSupportedException($"No block for {mlp}."),
    };

    /// <summary>[rows, dModel] → [rows, dModel]. True where the run ended on the way.</summary>
    public abstract bool Run(Pass pass, Tensor x, Tensor y);
}
