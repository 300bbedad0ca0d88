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
        if (_outOf is not null)
        {
            var narrow = Tensor.Zeros(x.DType, x.RowCount, _dEmbed);                // [n, dEmbed]
            _outOf.Forward(backend, x, narrow);
            x = narrow;
        }
        _linear.Forward(backend, x, logits);
        if (_scale != 1) backend.Scale(logits, _scale, logits);
        if (_softCap != 0) backend.SoftCap(logits, _softCap, logits);
    }
}
