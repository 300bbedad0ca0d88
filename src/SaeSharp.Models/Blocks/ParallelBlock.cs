using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>x += attention(norm1(x)) + mlp(norm2(x)): GPT-NeoX, GPT-J, Falcon, Phi; without norm2 both read norm1(x). No <c>hook_resid_mid</c>.</summary>
internal sealed class ParallelBlock : Block
{
    private readonly HookedNorm _norm1;
    private readonly HookedNorm? _norm2;
    private readonly MixerLayer _attention;
    private readonly MlpLayer _mlp;
    private readonly HookPoint _residPre, _attnOut, _mlpOut, _residPost;

    public ParallelBlock(ModelWeights weights, HookList hooks, TransformerSpec spec, int layer, RotaryPositions? rotary)
    {
        var name = $"blocks.{layer}";
        _residPre = hooks.Add($"{name}.hook_resid_pre", spec.DModel);
        _norm1 = HookedNorm.Find(weights, hooks, spec, $"{name}.norm1", $"{name}.ln1") ?? throw new InvalidOperationException($"The family's weight table has no row for '{name}.norm1.gain'.");
        _attention = MixerLayer.Of(weights, hooks, spec, layer, rotary);
        _attnOut = hooks.Add($"{name}.hook_attn_out", spec.DModel);
        _norm2 = HookedNorm.Find(weights, hooks, spec, $"{name}.norm2", $"{name}.ln2");
        _mlp = MlpLayer.Of(weights, hooks, spec, layer);
        _mlpOut = hooks.Add($"{name}.hook_mlp_out", spec.DModel);
        _residPost = hooks.Add($"{name}.hook_resid_post", spec.DModel);
    }

    public override bool IsPacked => _attention.IsPacked;

    public override bool Run(Pass pass, Tensor x)
    {
        var normed = pass.Take(Slot.Normed, x.Shape);                               // [rows, dModel]
        var added = pass.Take(Slot.Added, x.Shape);                                 // [rows, dModel]

        if (pass.Ends(_residPre, x)) return true;
        if (_norm1.Run(pass, x, normed) || _attention.Run(pass, normed, added) || pass.Ends(_attnOut, added)) return true;
        if (_norm2 is not null && _norm2.Run(pass, x, normed)) return true;
        pass.Backend.Add(x, added, x); // the MLP's input is made: x may move on
        if (_mlp.Run(pass, normed, added) || pass.Ends(_mlpOut, added)) return true;
        pass.Backend.Add(x, added, x);
        return pass.Ends(_residPost, x);
    }
}
