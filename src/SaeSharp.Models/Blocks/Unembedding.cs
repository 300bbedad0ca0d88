using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>Logits of normed rows of the residual stream.</summary>
internal sealed class Unembedding
{
    private readonly Linear _linear;
    private readonly Linear? _outOf;
    private readonly int _dEmbed, _dVocab;
    private readonly double _scale, _softCap;

    public Unembedding(ModelWeights weights, TransformerSpec spec, Embedding embedding)
    {
        (_dVocab, _dEmbed, _scale, _softCap) = (spec.DVocab, spec.DEmbed ?? spec.DModel, spec.LogitScale, spec.LogitSoftCap);
        if (spec.DEmbed is { } dEmbed) _outOf = new(weights, "unembed.out_of", ("dModel", spec.DModel), ("dEmbed", dEmbed));
        _linear = spec.TiedUnembedding
            ? new(embedding.Tokens, weights.TryTake("unembed.bias", ("dVocab", _dVocab)), weights.ComputeType)
            : new(weights, "unembed", ("dEmbed", _dEmbed), ("dVocab", _dVocab));
    }

    /// <summary>[n, dModel] → [n, dVocab].</summary>
    public void Forward(Backend backend, Tensor x, Tensor logits)
    {
        _linear.Forward(backend, Embedded(backend, x), logits);
        if (_scale != 1) backend.Scale(logits, _scale, logits);
        if (_softCap != 0) backend.SoftCap(logits, _softCap, logits);
    }

    /// <summary>What directions of the stream add to the logits, before bias and soft cap: [n, dModel] → [n, dVocab].</summary>
    public void ForwardEffects(Backend backend, Tensor directions, Tensor effects)
    {
        _linear.ForwardUnbiased(backend, Embedded(backend, directions), effects);
        if (_scale != 1) backend.Scale(effects, _scale, effects);
    }

    /// <summary>The rows of W_U that make these tokens' logits: [n, dModel], f32.</summary>
    public Tensor Directions(Backend backend, ReadOnlySpan<int> ids)
    {
        var rows = _linear.Rows(ids);                                               // [n, dEmbed]
        if (_scale != 1) backend.Scale(rows, _scale, rows);
        if (_outOf is null) return rows;
        var wide = Tensor.Zeros(DType.F32, ids.Length, _outOf.Inputs);              // [n, dModel]
        backend.MatMul(rows, _outOf.Rows([.. Enumerable.Range(0, _dEmbed)]), wide);
        return wide;
    }

    /// <summary>[n, dModel] → [n, dEmbed].</summary>
    private Tensor Embedded(Backend backend, Tensor x)
    {
        if (_outOf is null) return x;
        var narrow = Tensor.Zeros(x.DType, x.RowCount, _dEmbed);
        _outOf.Forward(backend, x, narrow);
        return narrow;
    }
}
