using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Training.Layers;

/// <summary>Causal self-attention: out(softmax(scale·q·kᵀ)·v), queries and keys normed and rotated where the spec says so.</summary>
internal sealed class TrainedAttention : TrainedBranch
{
    private readonly AttentionSpec _weighing;
    private readonly TrainedRotary? _rotary;
    private readonly TrainedLinear _q, _k, _v, _out;
    private readonly TrainedHeadNorm? _normQ, _normK;
    private readonly RowTensor _query, _key, _value, _mixed, _rawQuery, _rawKey, _dQuery, _dKey, _dValue, _dMixed;

    public TrainedAttention(ParameterSource parameters, RowSpace space, TransformerSpec spec, int layer, TrainedRotary? rotary)
    {
        if (spec.Mixer[layer] is not Mixer.Attention) throw ModelException.NotTrainable("layers that mix positions by anything but plain attention");
        var (name, shape) = ($"blocks.{layer}.attn", spec.Attention);
        (_weighing, _rotary) = (spec.Weighing[layer], rotary);
        var (stream, queries, keys) = (("dModel", spec.DModel), ("heads*dHead", shape.DQuery), ("keyHeads*dHead", shape.DKey));
        _q = parameters.Linear($"{name}.q", stream, queries);
        _k = parameters.Linear($"{name}.k", stream, keys);
        _v = parameters.Linear($"{name}.v", stream, keys);
        _out = parameters.Linear($"{name}.out", queries, stream);
        _normQ = TrainedHeadNorm.Find(parameters, $"{name}.q_norm", spec.HeadNorm, shape.Heads, shape.DHead);
        _normK = TrainedHeadNorm.Find(parameters, $"{name}.k_norm", spec.HeadNorm, shape.KeyHeads, shape.DHead);

        (_query, _mixed) = (space.Own(shape.Heads, shape.DHead), space.Own(shape.Heads, shape.DHead));
        (_key, _value) = (space.Own(shape.KeyHeads, shape.DHead), space.Own(shape.KeyHeads, shape.DHead));
        _rawQuery = _normQ is null ? _query : space.Own(shape.Heads, shape.DHead);
        _rawKey = _normK is null ? _key : space.Own(shape.KeyHeads, shape.DHead);
        (_dQuery, _dMixed) = (space.Shared(RowSlot.Query, shape.Heads, shape.DHead), space.Shared(RowSlot.Mixed, shape.Heads, shape.DHead));
        (_dKey, _dValue) = (space.Shared(RowSlot.Key, shape.KeyHeads, shape.DHead), space.Shared(RowSlot.Value, shape.KeyHeads, shape.DHead));
    }

    public override void Forward(StepContext context, Tensor x, Tensor y)
    {
        _q.Forward(context, x, _rawQuery.Flat);                                    // [rows, heads·dHead]
        _k.Forward(context, x, _rawKey.Flat);                                      // [rows, keyHeads·dHead]
        _v.Forward(context, x, _value.Flat);                                       // [rows, keyHeads·dHead]
        _normQ?.Forward(context, _rawQuery, _query);
        _normK?.Forward(context, _rawKey, _key);
        _rotary?.Rotate(context, _query.Value, inverse: false);
        _rotary?.Rotate(context, _key.Value, inverse: false);
        context.Backend.Attention(_query.Value, _key.Value, _value.Value, context.Batch.Sequences, _weighing, _mixed.Value);
        _out.Forward(context, _mixed.Flat, y);
    }

    public override void Backward(StepContext context, Tensor x, Tensor dy, Tensor dx)
    {
        _out.Backward(context, _mixed.Flat, dy, _dMixed.Flat);
        context.Backend.AttentionBackward(
            _query.Value, _key.Value, _value.Value, context.Batch.Sequences, _weighing, _dMixed.Value, _dQuery.Value, _dKey.Value, _dValue.Value);
        _rotary?.Rotate(context, _dQuery.Value, inverse: true);
        _rotary?.Rotate(context, _dKey.Value, inverse: true);
        _normQ?.Backward(context, _rawQuery, _dQuery, _dQuery);
        _normK?.Backward(context, _rawKey, _dKey, _dKey);
        _q.Backward(context, x, _dQuery.Flat, dx);
        _k.Backward(context, x, _dKey.Flat, dx, accumulate: true);
        _v.Backward(context, x, _dValue.Flat, dx, accumulate: true);
    }
}
