using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>x = norm1(x + attention(x)), then x = norm2(x + mlp(x)): OPT-350m.</summary>
/// <remarks>The norms stand in the stream itself, so <c>hook_resid_mid</c> is <c>ln1.hook_normalized</c> and <c>hook_resid_post</c> is <c>ln2.hook_normalized</c>.</remarks>
internal sealed class PostNormBlock : Block
{
    private readonly HookedNorm _norm1, _norm2;
    private readonly MixerLayer _attention;
    private readonly MlpLayer _mlp;
    private readonly HookPoint _residPre, _attnOut, _residMid, _mlpOut, _residPost;

    public PostNormBlock(ModelWeights weights, HookList hooks, TransformerSpec spec, int layer, RotaryPositions? rotary)
    {
        var name = $"blocks.{layer}";
        _residPre = hooks.Add($"{name}.hook_resid_pre", spec.DModel);
        _attention = MixerLayer.Of(weights, hooks, spec, layer, rotary);
        _attnOut = hooks.Add($"{name}.hook_attn_out", spec.DModel);
        _norm1 = Require(HookedNorm.Find(weights, hooks, spec, $"{name}.norm1", $"{name}.ln1"));
        _residMid = hooks.Add($"{name}.hook_resid_mid", spec.DModel);
        _mlp = MlpLayer.Of(weights, hooks, spec, layer);
        _mlpOut = hooks.Add($"{name}.hook_mlp_out", spec.DModel);
        _norm2 = Require(HookedNorm.Find(weights, hooks, spec, $"{name}.norm2", $"{name}.ln2"));
        _residPost = hooks.Add($"{name}.hook_resid_post", spec.DModel);
    }

    public override bool IsPacked => _attention.IsPacked;

    public override bool Run(Pass pass, Tensor x)
    {
        var normed = pass.Take(Slot.Normed, x.Shape);                               // [rows, dModel]
        var added = pass.Take(Slot.Added, x.Shape);                                 // [rows, dModel]

        if (pass.Ends(_residPre, x) || _attention.Run(pass, x, added) || pass.Ends(_attnOut, added)) return true;
        pass.Backend.Add(x, added, x);
        if (_norm1.Run(pass, x, normed)) return true;
        normed.CopyTo(x);
        if (pass.Ends(_residMid, x)) return true;

        if (_mlp.Run(pass, x, added) || pass.Ends(_mlpOut, added)) return true;
        pass.Backend.Add(x, added, x);
        if (_norm2.Run(pass, x, normed)) return true;
        normed.CopyTo(x);
        return pass.Ends(_residPost, x);
    }

    private static HookedNorm Require(HookedNorm? norm) => norm ?? throw new InvalidOperationException("A block with norms in the stream needs both.");
}
