using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>down(activation(up(x))).</summary>
internal sealed class PlainMlp : MlpLayer
{
    private readonly Mlp.Plain _mlp;
    private readonly Linear _up, _down;
    private readonly HookPoint _hookPre, _hookPost;

    public PlainMlp(ModelWeights weights, HookList hooks, TransformerSpec spec, Mlp.Plain mlp, int layer)
    {
        var name = $"blocks.{layer}.mlp";
        _mlp = mlp;
        var dModel = ("dModel", spec.DModel);
        var dMlp = ("dMlp", mlp.DMlp);
        _up = new(weights, $"{name}.up", dModel, dMlp);
        _down = new(weights, $"{name}.down", dMlp, dModel);
        _hookPre = hooks.Add($"{name}.hook_pre", mlp.DMlp);
        _hookPost = hooks.Add($"{name}.hook_post", mlp.DMlp);
    }

    public override bool Run(Pass pass, Tensor x, Tensor y)
    {
        var hidden = pass.Take(Slot.Hidden, pass.Rows, _mlp.DMlp);                  // [rows, dMlp]
        _up.Forward(pass.Backend, x, hidden);
        if (pass.Ends(_hookPre, hidden)) return true;
        pass.Backend.Activate(_mlp.Activation, hidden, hidden);
        if (pass.Ends(_hookPost, hidden)) return true;
        _down.Forward(pass.Backend, hidden, y);
        return false;
    }
}
