using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>Causal self-attention: out(softmax(scale·q·kᵀ)·v), queries and keys normed and rotated where the spec says so; behind a gate where the family has one.</summary>
internal sealed class AttentionLayer : MixerLayer
{
    private readonly AttentionShape _shape;
    private readonly RotaryPositions? _rotary;
    private readonly Linear _q, _k, _v;
    private readonly HeadNormLayer? _normQ, _normK;
    private readonly SoftmaxAttention _softmax;
    private readonly AttentionGate? _gate;
    private readonly HeadOutputs _results;
    private readonly HookPoint _hookQ, _hookK, _hookV, _hookZ;
    private readonly HookPoint? _hookNormedQ, _hookNormedK, _hookRotQ, _hookRotK;

    public AttentionLayer(ModelWeights weights, HookList hooks, TransformerSpec spec, int layer, RotaryPositions? rotary)
    {
        var name = $"blocks.{layer}.attn";
        (_shape, _rotary) = (spec.Attention, rotary);

        var dModel = ("dModel", spec.DModel);
        var queries = ("heads*dHead", _shape.DQuery);
        var keys = ("keyHeads*dHead", _shape.DKey);
        _q = new(weights, $"{name}.q", dModel, queries);
        _k = new(weights, $"{name}.k", dModel, keys);
        _v = new(weights, $"{name}.v", dModel, keys);
        var weighing = spec.Weighing[layer] with { Sinks = weights.TryTake($"{name}.sinks", ("heads", _shape.Heads))?.Read(weights.ComputeType) };
        _normQ = HeadNormLayer.Find(weights, $"{name}.q_norm", spec.HeadNorm, _shape.Heads, _shape.DHead);
        _normK = HeadNormLayer.Find(weights, $"{name}.k_norm", spec.HeadNorm, _shape.KeyHeads, _shape.DHead);

        _hookQ = hooks.Add($"{name}.hook_q", _shape.Heads, _shape.DHead);
        _hookK = hooks.Add($"{name}.hook_k", _shape.KeyHeads, _shape.DHead);
        _hookV = hooks.Add($"{name}.hook_v", _shape.KeyHeads, _shape.DHead);
        if (_normQ is not null) _hookNormedQ = hooks.Add($"{name}.hook_q_normed", _shape.Heads, _shape.DHead);
        if (_normK is not null) _hookNormedK = hooks.Add($"{name}.hook_k_normed", _shape.KeyHeads, _shape.DHead);
        if (_rotary is not null) _hookRotQ = hooks.Add($"{name}.hook_rot_q", _shape.Heads, _shape.DHead);
        if (_rotary is not null) _hookRotK = hooks.Add($"{name}.hook_rot_k", _shape.KeyHeads, _shape.DHead);
        _softmax = new(hooks, name, layer, weighing);
        _gate = AttentionGate.Find(weights, hooks, name, _shape, spec.DModel);
        _hookZ = hooks.Add($"{name}.hook_z", _shape.Heads, _shape.DHead);
        _results = new(hooks, $"{name}.hook_result", new(weights, $"{name}.out", queries, dModel), _shape, spec.DModel);
    }

    public override bool IsPacked => _q.IsPacked;

    public override bool Run(Pass pass, Tensor x, Tensor y)
    {
        var q = pass.Take(Slot.Query, pass.Rows, _shape.Heads, _shape.DHead);       // [rows, heads, dHead]
        var k = pass.Take(Slot.Key, pass.Rows, _shape.KeyHeads, _shape.DHead);      // [rows, keyHeads, dHead]
        var v = pass.Take(Slot.Value, pass.Rows, _shape.KeyHeads, _shape.DHead);    // [rows, keyHeads, dHead]
        var z = pass.Take(Slot.Mixed, pass.Rows, _shape.Heads, _shape.DHead);       // [rows, heads, dHead]

        _q.Forward(pass.Backend, x, q);
        if (pass.Ends(_hookQ, q)) return true;
        _k.Forward(pass.Backend, x, k);
        if (pass.Ends(_hookK, k)) return true;
        _v.Forward(pass.Backend, x, v);
        if (pass.Ends(_hookV, v) || Place(pass, q, k)) return true;

        if (_softmax.Run(pass, q, k, v, z)) return true;
        if (_gate is not null && _gate.Run(pass, x, z)) return true;
        if (pass.Ends(_hookZ, z)) return true;
        return _results.Run(pass, z, y);
    }

    /// <summary>Norms and rotates queries and keys. True where the run ended on the way.</summary>
    private bool Place(Pass pass, Tensor q, Tensor k)
    {
        _normQ?.Forward(pass.Backend, q, q);
        if (_hookNormedQ is not null && pass.Ends(_hookNormedQ, q)) return true;
        _normK?.Forward(pass.Backend, k, k);
        if (_hookNormedK is not null && pass.Ends(_hookNormedK, k)) return true;
        _rotary?.Rotate(pass, q);
        if (_hookRotQ is not null && pass.Ends(_hookRotQ, q)) return true;
        _rotary?.Rotate(pass, k);
        return _hookRotK is not null && pass.Ends(_hookRotK, k);
    }
}
