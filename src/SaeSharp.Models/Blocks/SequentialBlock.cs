using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>x += s·post1(attention(norm1(x))), then x += s·post2(mlp(norm2(x))): GPT-2, Llama and most others; each norm where the family has it.</summary>
/// <remarks>Norms behind the halves (Gemma 2, OLMo 2) bring hooks in front of them: <c>hook_attn_out_raw</c>, <c>hook_mlp_out_raw</c>; so does a factor s.</remarks>
internal sealed class SequentialBlock : Block
{
    private readonly HookedNorm? _norm1, _norm2;
    private readonly BranchEnd _attnEnd, _mlpEnd;
    private readonly MixerLayer _attention;
    private readonly MlpLayer _mlp;
    private readonly HookPoint _residPre, _residMid, _residPost;

    public SequentialBlock(ModelWeights weights, HookList hooks, TransformerSpec spec, Residual.Sequential residual, int layer, RotaryPositions? rotary)
    {
        var name = $"blocks.{layer}";
        _residPre = hooks.Add($"{name}.hook_resid_pre", spec.DModel);
        _norm1 = HookedNorm.Find(weights, hooks, spec, $"{name}.norm1", $"{name}.ln1");
        _attention = MixerLayer.Of(weights, hooks, spec, layer, rotary);
        _attnEnd = new(weights, hooks, spec, $"{name}.post1", $"{name}.hook_attn_out", residual.Scale);
        _residMid = hooks.Add($"{name}.hook_resid_mid", spec.DModel);
        _norm2 = HookedNorm.Find(weights, hooks, spec, $"{name}.norm2", $"{name}.ln2");
        _mlp = MlpLayer.Of(weights, hooks, spec, layer);
        _mlpEnd = new(weights, hooks, spec, $"{name}.post2", $"{name}.hook_mlp_out", residual.Scale);
        _residPost = hooks.Add($"{name}.hook_resid_post", spec.DModel);
    }

    public override bool IsPacked => _attention.IsPacked;

    public override bool Run(Pass pass, Tensor x)
    {
        var normed = pass.Take(Slot.Normed, x.Shape);                               // [rows, dModel]
        var added = pass.Take(Slot.Added, x.Shape);                                 // [rows, dModel]

        if (pass.Ends(_residPre, x)) return true;
        if (_norm1 is not null && _norm1.Run(pass, x, normed)) return true;
        if (_attention.Run(pass, _norm1 is null ? x : normed, added) || _attnEnd.Run(pass, added)) return true;
        pass.Backend.Add(x, added, x);
        if (pass.Ends(_residMid, x)) return true;

        if (_norm2 is not null && _norm2.Run(pass, x, normed)) return true;
        if (_mlp.Run(pass, _norm2 is null ? x : normed, added) || _mlpEnd.Run(pass, added)) return true;
        pass.Backend.Add(x, added, x);
        return pass.Ends(_residPost, x);
    }
}
