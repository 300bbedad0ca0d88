using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>The half of a block where positions learn of each other.</summary>
internal abstract class MixerLayer
{
    /// <summary>The layer's mixer, as its spec says.</summary>
    public static MixerLayer Of(ModelWeights weights, HookList hooks, TransformerSpec spec, int layer, RotaryPositions? rotary) => spec.Mixer[layer] switch
    {
        Mixer.Attention => new AttentionLayer(weights, hooks, spec, layer, rotary),
        Mixer.Latent latent => new LatentAttentionLayer(weights, hooks, spec, latent, layer, rotary),
        Mixer.DeltaNet net => new DeltaNetLayer(weights, hooks, spec, net, layer),
        var mixer => throw new NotSupportedException($"No block for {mixer}."),
    };

    /// <inheritdoc cref="Linear.IsPacked"/>
    public abstract bool IsPacked { get; }

    /// <summary>[rows, dModel] → [rows, dModel]. True where the run ended on the way.</summary>
    public abstract bool Run(Pass pass, Tensor x, Tensor y);
}
