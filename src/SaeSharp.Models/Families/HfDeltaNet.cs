using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>Config keys of linear attention that the Qwen families share.</summary>
internal static class HfDeltaNet
{
    /// <summary>Most numbers that a layer may keep of a sequence; those of published models have a million.</summary>
    private const long MostState = 1 << 26;

    /// <summary>Every how many layers one attends fully, where the config does not say.</summary>
    private const int UsualInterval = 4;

    /// <summary>Sizes of the linear layers.</summary>
    public static Mixer.DeltaNet Of(HfConfig hf)
    {
        var net = new Mixer.DeltaNet(
            hf.Count("linear_num_key_heads"), hf.Count("linear_num_value_heads"), hf.Count("linear_key_head_dim"), hf.Count("linear_value_head_dim"), hf.Count("linear_conv_kernel_dim"));
        if (net.ValueHeads % net.KeyHeads != 0) throw ModelException.Inconsistent(hf.Path, $"linear_num_value_heads is {net.ValueHeads}", $"a multiple of linear_num_key_heads, which is {net.KeyHeads}");
        var state = (decimal)net.ValueHeads * net.DKey * net.DValue;
        return state <= MostState ? net : throw ModelException.Inconsistent(hf.Path, $"{net.ValueHeads} linear value heads have states of {net.DKey} by {net.DValue}", $"at most {MostState} numbers a layer");
    }

    /// <summary>Which layers are linear: as <c>layer_types</c> say, or where there are none all but every <c>full_attention_interval</c>-th.</summary>
    public static Func<int, bool> LinearLayers(HfConfig hf)
    {
        if (hf.OptionalTexts("layer_types") is not { } types)
        {
            var interval = hf.OptionalCount("full_attention_interval") ?? UsualInterval;
            return layer => (layer + 1) % interval != 0;
        }
        HfKeys.RequireLayers(hf, "layer_types", types.Length);
        if (types.FirstOrDefault(type => type is not ("linear_attention" or "full_attention")) is { } other)
            throw FileException.Unsupported(hf.Path, "layer_types", $"it has '{other}', expected 'full_attention' or 'linear_attention'", "This kind of layer cannot be run yet.");
        return layer => types[layer] == "linear_attention";
    }

    /// <summary>The first half of each head's rows of a gated query projection.</summary>
    public static Stored Queries(AttentionShape shape) => Stored.Whole.Blocks(0, shape.DHead, 2 * shape.DHead, shape.Heads);

    /// <summary>The second half.</summary>
    public static Stored Gates(AttentionShape shape) => Stored.Whole.Blocks(shape.DHead, shape.DHead, 2 * shape.DHead, shape.Heads);
}
