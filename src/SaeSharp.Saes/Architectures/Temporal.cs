using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Architectures;

/// <summary>Temporal SAE: attention over the codes of a context's earlier tokens predicts part of each activation, and only what is new is coded sparsely.</summary>
/// <remarks>
/// Lubana et al. 2025, arXiv:2511.01836v1; mirrors SAELens (<c>saes/temporal_sae.py</c>). λ = 1/(4 dIn). For each attention layer, with the residual r (at first x − b_dec):
/// z = ReLU(λ r W_enc), p = ReLU(attention(queries z, keys and values z one token back)), s = (p W_dec · r) / (‖p W_dec‖ + 1e-6)², r −= s p W_dec.
/// The latents are those of what is left, ReLU(λ r W_enc), all or the k largest; the predicted part is <see cref="SparseCodes.Beside"/>.
/// The latents of a row depend on the rows before it in its context.
/// </remarks>
[SaeArchitecture("temporal")]
public sealed class Temporal : SparseAutoencoder
{
    private const float Epsilon = 1e-6f;
    private readonly Tensor? _wEnc;
    private readonly PackedMatrix _encoder, _decoder;
    private readonly TemporalLayer[] _layers;

    public Temporal(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        var options = config.Temporal ?? throw OptionException.Invalid("A temporal SAE needs the options of its attention.", "Set Temporal in its config.");
        if (DSae % ((long)options.Bottleneck * options.Heads) != 0)
            throw OptionException.Invalid($"{DSae} latents do not part into {options.Heads} heads with a bottleneck of {options.Bottleneck}.", "Check n_heads and bottleneck_factor.");
        OptionException.InRange(config.K, 0, DSae, nameof(config.K));
        _wEnc = options.IsTied ? null : weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _encoder = _wEnc is null ? backend.Pack(DecoderDirections, Transpose.B) : backend.Pack(_wEnc, Transpose.None);
        _decoder = backend.Pack(DecoderDirections, Transpose.None);
        _layers = [.. Enumerable.Range(0, options.Layers).Select(layer => new TemporalLayer(weights, layer, DSae, options, backend))];
    }

    internal override IReadOnlyList<string> LatentTensors => [];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        codes.Beside = Tensor.Zeros(DType.F32, input.RowCount, DIn);
        for (var start = 0; start < input.RowCount; start += codes.ContextRows)
        {
            var residual = input.Rows(start, codes.ContextRows);              // r      [tokens, dIn]
            foreach (var layer in _layers) Predict(layer, residual, codes.Beside.Rows(start, codes.ContextRows));
            var novel = Codes(residual);                                      // z      [tokens, dSae]
            AddLargest(novel, codes);
            novel.Free();
        }
    }

    /// <summary>Moves what <paramref name="layer"/> predicts from the residual to <paramref name="predicted"/>.</summary>
    private void Predict(TemporalLayer layer, Tensor residual, Tensor predicted)
    {
        var z = Codes(residual);
        var p = layer.Predict(z);
        var part = Tensor.Zeros(DType.F32, residual.RowCount, DIn);
        Backend.MatMul(p, _decoder, part);                                    // p·D    [tokens, dIn]
        for (var row = 0; row < residual.RowCount; row++)
        {
            var direction = part.Row<float>(row);
            var r = residual.Row<float>(row);
            var norm = TensorPrimitives.Norm<float>(direction) + Epsilon;
            var scale = TensorPrimitives.Dot<float>(direction, r) / (norm * norm);
            TensorPrimitives.MultiplyAdd(direction, -scale, r, r);
            TensorPrimitives.MultiplyAdd(direction, scale, predicted.Row<float>(row), predicted.Row<float>(row));
        }
        z.Free();
        p.Free();
        part.Free();
    }

    /// <summary>ReLU(λ r W_enc): [tokens, dIn] → [tokens, dSae].</summary>
    private Tensor Codes(Tensor residual)
    {
        var (scaled, z) = (Tensor.Zeros(DType.F32, residual.Shape), Tensor.Zeros(DType.F32, residual.RowCount, DSae));
        Backend.Scale(residual, 1.0 / (4.0 * DIn), scaled);
        Backend.MatMul(scaled, _encoder, z);
        Backend.Activate(Activation.Relu, z, z);
        scaled.Free();
        return z;
    }

    private void AddLargest(Tensor z, SparseCodesBuilder codes)
    {
        if (Config.K == 0)
        {
            for (var row = 0; row < z.RowCount; row++) codes.AddDenseRow(z.Row<float>(row));
            return;
        }
        var (values, indices) = (Tensor.Zeros(DType.F32, z.RowCount, Config.K), Tensor.Zeros(DType.I32, z.RowCount, Config.K));
        Backend.TopKRows(z, values, indices);
        for (var row = 0; row < z.RowCount; row++)
        {
            var slots = values.Row<float>(row);
            var chosen = indices.Row<int>(row);
            for (var i = 0; i < chosen.Length; i++)
                if (slots[i] == 0) chosen[i] = -1;
            codes.AddSlots(chosen, slots);
        }
        values.Free();
        indices.Free();
    }

    private protected override Tensor FindEncoderDirections() => _wEnc is null ? DecoderDirections : MatrixTranspose.Of(_wEnc);
}
