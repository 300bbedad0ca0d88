using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>Gated SAE: one path decides which latents fire, the other how strongly; both read the same direction.</summary>
/// <remarks>Rajamanoharan et al. 2024, arXiv:2404.16014v2: π = x̃ W_enc + b_gate, f = 1[π > 0] ⊙ ReLU(x̃ (W_enc ⊙ exp(r_mag)) + b_mag) with x̃ = x − b_dec.</remarks>
[SaeArchitecture("gated")]
public sealed class Gated : SparseAutoencoder
{
    private readonly Tensor _wEnc, _bGate, _bMag;
    private readonly float[] _scales; // exp(r_mag)
    private readonly PackedMatrix _encoder;

    public Gated(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        (_bGate, _bMag) = (weights.Take("b_gate", ("dSae", DSae)), weights.Take("b_mag", ("dSae", DSae)));
        _scales = [.. weights.Take("r_mag", ("dSae", DSae)).Span<float>()];
        for (var i = 0; i < _scales.Length; i++) _scales[i] = MathF.Exp(_scales[i]);
        _encoder = PackedMatrix.Of(_wEnc);
    }

    internal override IReadOnlyList<string> LatentTensors => ["W_enc", "b_gate", "b_mag"];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        var block = BlockRows(input.RowCount, DSae);
        var buffer = Tensor.Zeros(DType.F32, block, DSae);
        ReadOnlySpan<float> gate = _bGate.Span<float>(), magnitude = _bMag.Span<float>();
        for (var start = 0; start < input.RowCount; start += block)
        {
            var count = Math.Min(block, input.RowCount - start);
            var latents = buffer.Rows(0, count);
            Backend.MatMul(input.Rows(start, count), _encoder, latents);      // z      [rows, dSae]
            for (var row = 0; row < count; row++)
            {
                var f = latents.Row<float>(row);
                for (var i = 0; i < f.Length; i++) f[i] = f[i] + gate[i] > 0 ? Math.Max(f[i] * _scales[i] + magnitude[i], 0) : 0;
                codes.AddDenseRow(f);
            }
        }
        buffer.Free();
    }

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
