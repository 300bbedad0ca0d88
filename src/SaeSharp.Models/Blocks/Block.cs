using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>One layer: x += attention(norm(x)), then x += mlp(norm(x)).</summary>
/// <remarks>The pre-norm sequential block of Llama and most later families. <c>ln1</c> and <c>ln2.hook_normalized</c> include the gain (TransformerLens: before it).</remarks>
internal sealed class Block
{
    private readonly NormLayer _norm1, _norm2;
    private readonly AttentionLayer _attention;
    private readonly GatedMlp _mlp;
    private readonly HookPoint _residPre, _normed1, _attnOut, _residMid, _normed2, _mlpOut, _residPost;

    public Block(ModelWeights weights, HookList hooks, TransformerSpec spec, int layer, RotaryPositions rotary, DType computeType)
    {
        var name = $"blocks.{layer}";
        _residPre = hooks.Add($"{name}.hook_resid_pre", spec.DModel);
        _norm1 = new(weights, $"{name}.norm1", spec, computeType);
        _normed1 = hooks.Add($"{name}.ln1.hook_normalized", spec.DModel);
        _attention = new(weights, hooks, spec, layer, rotary, computeType);
        _attnOut = hooks.Add($"{name}.hook_attn_out", spec.DModel);
        _residMid = hooks.Add($"{name}.hook_resid_mid", spec.DModel);
        _norm2 = new(weights, $"{name}.norm2", spec, computeType);
        _normed2 = hooks.Add($"{name}.ln2.hook_normalized", spec.DModel);
        _mlp = spec.Mlp switch
        {
            Mlp.Gated gated => new(weights, hooks, spec, gated, layer, computeType),
            _ => throw new NotSupportedException($"No block for {spec.Mlp}."),
        };
        _mlpOut = hooks.Add($"{name}.hook_mlp_out", spec.DModel);
        _residPost = hooks.Add($"{name}.hook_resid_post", spec.DModel);
    }

    /// <summary>Changes the stream x [rows, dModel] in place. True where the run ended on the way.</summary>
    public bool Run(Pass pass, Tensor x)
    {
        var normed = pass.Take(Slot.Normed, x.Shape);                               // [rows, dModel]
        var added = pass.Take(Slot.Added, x.Shape);                                 // [rows, dModel]

        if (pass.Ends(_residPre, x)) return true;
        _norm1.Forward(pass.Backend, x, normed);
        if (pass.Ends(_normed1, normed) || _attention.Run(pass, normed, added) || pass.Ends(_attnOut, added)) return true;
        pass.Backend.Add(x, added, x);
        if (pass.Ends(_residMid, x)) return true;

        _norm2.Forward(pass.Backend, x, normed);
        if (pass.Ends(_normed2, normed) || _mlp.Run(pass, normed, added) || pass.Ends(_mlpOut, added)) return true;
        pass.Backend.Add(x, added, x);
        return pass.Ends(_residPost, x);
    }
}
