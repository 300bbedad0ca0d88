using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>z ⊙ σ(gate(x)): what attention found, let through number by number (arXiv:2505.06708). Hooks: <c>hook_z_ungated</c>, and <c>hook_gate</c> before the sigmoid.</summary>
internal sealed class AttentionGate
{
    private readonly Linear _gate;
    private readonly HookPoint _hookUngated, _hookGate;

    private AttentionGate(HookList hooks, string name, Linear gate, AttentionShape shape)
    {
        _gate = gate;
        _hookUngated = hooks.Add($"{name}.hook_z_ungated", shape.Heads, shape.DHead);
        _hookGate = hooks.Add($"{name}.hook_gate", shape.Heads, shape.DHead);
    }

    /// <summary>Takes <c>{name}.gate</c>; null where the family's table has none.</summary>
    public static AttentionGate? Find(ModelWeights weights, HookList hooks, string name, AttentionShape shape, int dModel)
    {
        var queries = ("heads*dHead", shape.DQuery);
        return weights.TryTake($"{name}.gate.weight", queries, ("dModel", dModel)) is { } gate
            ? new(hooks, name, new(gate, weights.TryTake($"{name}.gate.bias", queries), weights.ComputeType), shape)
            : null;
    }

    /// <summary>x [rows, dModel] is read, z [rows, heads, dHead] changed. True where the run ended on the way.</summary>
    public bool Run(Pass pass, Tensor x, Tensor z)
    {
        if (pass.Ends(_hookUngated, z)) return true;
        var gate = pass.Take(Slot.Gate, z.Shape);                                   // [rows, heads, dHead]
        _gate.Forward(pass.Backend, x, gate);
        if (pass.Ends(_hookGate, gate)) return true;
        pass.Backend.Activate(Activation.Sigmoid, gate, gate);
        pass.Backend.Multiply(z, gate, z);
        return false;
    }
}
