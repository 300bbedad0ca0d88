using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>One layer: attention and an MLP, which both add to the residual stream.</summary>
internal abstract class Block
{
    /// <summary>Builds a layer as its spec says.</summary>
    public static Block Of(ModelWeights weights, HookList hooks, TransformerSpec spec, int layer, RotaryPositions? rotary) => spec.Residual switch
    {
        Residual.Sequential sequential => new SequentialBlock(weights, hooks, spec, sequential, layer, rotary),
        Residual.Parallel => new ParallelBlock(weights, hooks, spec, layer, rotary),
        Residual.PostNorm => new PostNormBlock(weights, hooks, spec, layer, rotary),
        _ => throw new NotSupportedException($"No block for {spec.Residual}."),
    };

    /// <inheritdoc cref="Linear.IsPacked"/>
    public abstract bool IsPacked { get; }

    /// <summary>Changes the stream x [rows, dModel] in place. True where the run ended on the way.</summary>
    public abstract bool Run(Pass pass, Tensor x);
}
