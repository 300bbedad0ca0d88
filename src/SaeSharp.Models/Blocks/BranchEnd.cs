using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>What is done to the output of attention or MLP before it is added to the stream: a norm, a factor, or nothing.</summary>
internal sealed class BranchEnd
{
    private readonly NormLayer? _norm;
    private readonly double _scale;
    private readonly HookPoint? _hookRaw;
    private readonly HookPoint _hookOut;

    /// <summary>Takes <c>{name}.gain</c> where the family's table has it.</summary>
    public BranchEnd(ModelWeights weights, HookList hooks, TransformerSpec spec, string name, string hook, double scale)
    {
        _norm = NormLayer.Find(weights, name, spec.Norm, ("dModel", spec.DModel));
        _scale = scale;
        if (_norm is not null || _scale != 1) _hookRaw = hooks.Add($"{hook}_raw", spec.DModel);
        _hookOut = hooks.Add(hook, spec.DModel);
    }

    /// <summary>[rows, dModel], in place. True where the run ended here.</summary>
    public bool Run(Pass pass, Tensor x)
    {
        if (_hookRaw is not null && pass.Ends(_hookRaw, x)) return true;
        _norm?.Forward(pass.Backend, x, x);
        if (_scale != 1) pass.Backend.Scale(x, _scale, x);
        return pass.Ends(_hookOut, x);
    }
}
