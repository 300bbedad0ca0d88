using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Architectures;

/// <summary>One attention layer of a <see cref="Temporal"/> SAE: predicts the codes of a token from those of the tokens before it.</summary>
internal sealed class TemporalLayer
{
    private readonly Backend _backend;
    private readonly (PackedMatrix Weight, Tensor Bias) _query, _key, _value, _out;
    private readonly int _heads;

    public TemporalLayer(SaeWeights weights, int layer, int dSae, TemporalOptions options, Backend backend)
    {
        (_backend, _heads) = (backend, options.Heads);
        var narrow = dSae / options.Bottleneck;
        (_query, _key) = (Linear("q_target", narrow), Linear("k_ctx", narrow));
        (_value, _out) = (Linear("v_ctx", dSae), Linear("c_proj", dSae));

        (PackedMatrix, Tensor) Linear(string name, int width) => (
            backend.Pack(weights.Take($"attn_layers.{layer}.{name}.weight", ("width", width), ("dSae", dSae)), Transpose.B),
            weights.Take($"attn_layers.{layer}.{name}.bias", ("width", width)));
    }

    /// <summary>ReLU(attention): z [tokens, dSae] → [tokens, dSae]. Keys and values are those of the token before; the first token's are of a code of zeros.</summary>
    public Tensor Predict(Tensor z)
    {
        var before = Tensor.Zeros(DType.F32, z.Shape);
        z.Rows(0, z.RowCount - 1).CopyTo(before.Rows(1, z.RowCount - 1));
        var (q, k, v) = (Apply(_query, z), Apply(_key, before), Apply(_value, before));
        var mixed = Tensor.Zeros(DType.F32, z.Shape);
        for (var token = 0; token < z.RowCount; token++)
            for (var head = 0; head < _heads; head++) Attend(token, head, q, k, v, mixed);
        var p = Apply(_out, mixed);
        _backend.Activate(Activation.Relu, p, p);
        foreach (var tensor in new[] { before, q, k, v, mixed }) tensor.Free();
        return p;
    }

    private void Attend(int token, int head, Tensor q, Tensor k, Tensor v, Tensor mixed)
    {
        var weights = new float[token + 1];
        var query = Part(q, token, head);
        for (var t = 0; t <= token; t++) weights[t] = TensorPrimitives.Dot(query, Part(k, t, head)) / MathF.Sqrt(query.Length);
        TensorPrimitives.SoftMax(weights, weights);
        var target = Part(mixed, token, head);
        for (var t = 0; t <= token; t++) TensorPrimitives.MultiplyAdd(Part(v, t, head), weights[t], target, target);
    }

    private Span<float> Part(Tensor rows, int row, int head)
    {
        var width = rows.Columns / _heads;
        return rows.Row<float>(row).Slice(head * width, width);
    }

    private Tensor Apply((PackedMatrix Weight, Tensor Bias) linear, Tensor x)
    {
        var y = Tensor.Zeros(DType.F32, x.RowCount, linear.Weight.N);
        _backend.MatMul(x, linear.Weight, y);
        _backend.AddRow(y, linear.Bias, y);
        return y;
    }
}
