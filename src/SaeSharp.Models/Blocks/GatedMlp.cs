using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>down(activation(gate(x)) ⊙ up(x)).</summary>
internal sealed class GatedMlp : MlpLayer
{
    private readonly Mlp.Gated _mlp;
    private readonly Linear _gate, _up, _down;
    private readonly HookPoint _hookPre, _hookPreLinear, _hookPost;

    public GatedMlp(ModelWeights weights, HookList hooks, TransformerSpec spec, Mlp.Gated mlp, int layer)
    {
        var name = $"blocks.{layer}.mlp";
        _mlp = mlp;
        var dModel = ("dModel", spec.DModel);
        var dMlp = ("dMlp", mlp.DMlp);
        _gate = new(weights, $"{name}.gate", dModel, dMlp);
        _up = new(weights, $"{name}.up", dModel, dMlp);
        _down = new(weights, $"{name}.down", dMlp, dModel);
        _hookPre = hooks.Add($"{name}.hook_pre", mlp.DMlp);
        _hookPreLinear = hooks.Add($"{name}.hook_pre_linear", mlp.DMlp);
        _hookPost = hooks.Add($"{name}.hook_post", mlp.DMlp);
    }

    public override bool Run(Pass pass, Tensor x, Tensor y)
    {
        var hidden = pass.Take(Slot.Hidden, pass.Rows, _mlp.DMlp);                  // [rows, dMlp]
        var linear = pass.Take(Slot.Linear, pass.Rows, _mlp.DMlp);                  // [rows, dMlp]
        _gate.Forward(pass.Backend, x, hidden);
        if (pass.Ends(_hookPre, hidden)) return true;
        _up.Forward(pass.Backend, x, linear);
        if (pass.Ends(_hookPreLinear, linear)) return true;
        pass.Backend.Activate(_mlp.Activation, hidden, hidden);
        pass.Backend.Multiply(hidden, linear, hidden);
        if (pass.Ends(_hookPost, hidden)) return true;
        _down.Forward(pass.Backend, hidden, y);
        return false;
    }
}
