using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>Latent attention (DeepSeek-V2, arXiv:2405.04434): softmax attention whose keys and values come from one short vector a position.</summary>
/// <remarks>
/// Keys are a plain part of each head and a rotated one that all heads share. Hooks: <c>hook_q_latent</c> where queries too come from a short vector, <c>hook_kv_latent</c>
/// (both behind their norm), and those of attention; there is no key before its rotation. Caches hold the whole keys and values of every head: as fast as other
/// attention, in more memory than the short vectors would take.
/// </remarks>
internal sealed class LatentAttentionLayer : MixerLayer
{
    /// <summary>Of the norms of short vectors, whatever the model's own.</summary>
    private static readonly Norm LatentNorm = new Norm.Rms(1e-6);

    private readonly Mixer.Latent _latent;
    private readonly AttentionShape _shape;
    private readonly RotaryPositions _rotary;
    private readonly bool _turnsPairs;
    private readonly Linear? _queryLatent;
    private readonly Linear _q, _keyLatent, _plainKey, _rotatedKey, _v;
    private readonly NormLayer? _queryNorm;
    private readonly NormLayer _keyNorm;
    private readonly SoftmaxAttention _softmax;
    private readonly HeadOutputs _results;
    private readonly HookPoint? _hookQueryLatent;
    private readonly HookPoint _hookQ, _hookLatent, _hookV, _hookRotQ, _hookRotK, _hookZ;

    public LatentAttentionLayer(ModelWeights weights, HookList hooks, TransformerSpec spec, Mixer.Latent latent, int layer, RotaryPositions? rotary)
    {
        var name = $"blocks.{layer}.attn";
        (_latent, _shape) = (latent, spec.Attention);
        _rotary = rotary ?? throw new InvalidOperationException("Latent attention is rotated.");
        _turnsPairs = spec.Positions[layer] is Positions.Rotary { Pairs: RotaryPairs.Neighbours };

        var (dModel, values) = (("dModel", spec.DModel), ("heads*dValue", _shape.Heads * latent.DValue));
        var keySource = ("dLatent", latent.DLatent);
        if (latent.DQueryLatent is { } width)
        {
            _queryLatent = new(weights, $"{name}.q_latent", dModel, ("dQueryLatent", width));
            _queryNorm = Require(weights, $"{name}.q_latent_norm", width);
        }
        _q = new(weights, $"{name}.q", latent.DQueryLatent is { } source ? ("dQueryLatent", source) : dModel, ("heads*dHead", _shape.DQuery));
        _keyLatent = new(weights, $"{name}.kv_latent", dModel, keySource);
        _keyNorm = Require(weights, $"{name}.kv_latent_norm", latent.DLatent);
        _rotatedKey = new(weights, $"{name}.k_rotated", dModel, ("dRotated", latent.DRotated));
        _plainKey = new(weights, $"{name}.k", keySource, ("heads*dPlain", _shape.Heads * latent.DPlain));
        _v = new(weights, $"{name}.v", keySource, values);

        if (_queryLatent is not null) _hookQueryLatent = hooks.Add($"{name}.hook_q_latent", latent.DQueryLatent!.Value);
        _hookQ = hooks.Add($"{name}.hook_q", _shape.Heads, _shape.DHead);
        _hookLatent = hooks.Add($"{name}.hook_kv_latent", latent.DLatent);
        _hookV = hooks.Add($"{name}.hook_v", _shape.Heads, latent.DValue);
        _hookRotQ = hooks.Add($"{name}.hook_rot_q", _shape.Heads, _shape.DHead);
        _hookRotK = hooks.Add($"{name}.hook_rot_k", _shape.Heads, _shape.DHead);
        _softmax = new(hooks, name, layer, spec.Weighing[layer]);
        _hookZ = hooks.Add($"{name}.hook_z", _shape.Heads, latent.DValue);
        _results = new(hooks, $"{name}.hook_result", new(weights, $"{name}.out", values, dModel), _shape with { DHead = latent.DValue }, spec.DModel);
    }

    public override bool IsPacked => _keyLatent.IsPacked;

    public override bool Run(Pass pass, Tensor x, Tensor y)
    {
        var q = pass.Take(Slot.Query, pass.Rows, _shape.Heads, _shape.DHead);       // [rows, heads, dHead]
        var k = pass.Take(Slot.Key, pass.Rows, _shape.Heads, _shape.DHead);         // [rows, heads, dHead]
        var v = pass.Take(Slot.Value, pass.Rows, _shape.Heads, _latent.DValue);     // [rows, heads, dValue]
        if (Ask(pass, x, q) || Remember(pass, x, k, v)) return true;
        RotateQueries(pass, q);
        if (pass.Ends(_hookRotQ, q) || pass.Ends(_hookRotK, k)) return true;

        // Attention has one width for keys and values: zeros fill the values up, and what comes of them is left behind.
        var wide = pass.Take(Slot.WideValue, k.Shape);                              // [rows, heads, dHead]
        var mixed = pass.Take(Slot.Mixed, k.Shape);                                 // [rows, heads, dHead]
        wide.Clear();
        HeadColumns.Copy(v, 0, wide, 0, _latent.DValue);
        if (_softmax.Run(pass, q, k, wide, mixed)) return true;
        HeadColumns.Copy(mixed, 0, v, 0, _latent.DValue);
        return pass.Ends(_hookZ, v) || _results.Run(pass, v, y);
    }

    /// <summary>Queries: [rows, dModel] → [rows, heads, dHead]. True where the run ended on the way.</summary>
    private bool Ask(Pass pass, Tensor x, Tensor q)
    {
        if (_queryLatent is not null)
        {
            var latent = pass.Take(Slot.QueryLatent, pass.Rows, _latent.DQueryLatent!.Value); // [rows, dQueryLatent]
            _queryLatent.Forward(pass.Backend, x, latent);
            _queryNorm!.Forward(pass.Backend, latent, latent);
            if (pass.Ends(_hookQueryLatent!, latent)) return true;
            x = latent;
        }
        _q.Forward(pass.Backend, x, q);
        return pass.Ends(_hookQ, q);
    }

    /// <summary>Keys, rotated, and values. True where the run ended on the way.</summary>
    private bool Remember(Pass pass, Tensor x, Tensor k, Tensor v)
    {
        var latent = pass.Take(Slot.Latent, pass.Rows, _latent.DLatent);                       // [rows, dLatent]
        var plain = pass.Take(Slot.PlainKey, pass.Rows, _shape.Heads, _latent.DPlain);         // [rows, heads, dPlain]
        var rotated = pass.Take(Slot.RotatedKey, pass.Rows, 1, _latent.DRotated);              // [rows, 1, dRotated]
        _keyLatent.Forward(pass.Backend, x, latent);
        _keyNorm.Forward(pass.Backend, latent, latent);
        if (pass.Ends(_hookLatent, latent)) return true;
        _v.Forward(pass.Backend, latent, v);
        if (pass.Ends(_hookV, v)) return true;
        _plainKey.Forward(pass.Backend, latent, plain);
        _rotatedKey.Forward(pass.Backend, x, rotated.Reshape(pass.Rows, _latent.DRotated));
        Rotate(pass, rotated);
        HeadColumns.Copy(plain, 0, k, 0, _latent.DPlain);
        HeadColumns.Copy(rotated, 0, k, _latent.DPlain, _latent.DRotated);
        return false;
    }

    private void RotateQueries(Pass pass, Tensor q)
    {
        var part = pass.Take(Slot.RotatedQuery, pass.Rows, _shape.Heads, _latent.DRotated);    // [rows, heads, dRotated]
        HeadColumns.Copy(q, _latent.DPlain, part, 0, _latent.DRotated);
        Rotate(pass, part);
        HeadColumns.Copy(part, 0, q, _latent.DPlain, _latent.DRotated);
    }

    /// <summary>Where neighbours are rotated together, the result has all their first members before the second ones.</summary>
    private void Rotate(Pass pass, Tensor x)
    {
        _rotary.Rotate(pass, x);
        if (_turnsPairs) HeadColumns.PairsToHalves(x);
    }

    private static NormLayer Require(ModelWeights weights, string name, int width) =>
        NormLayer.Find(weights, name, LatentNorm, ("dLatent", width)) ?? throw new InvalidOperationException($"The family's weight table has no row for '{name}.gain'.");
}
