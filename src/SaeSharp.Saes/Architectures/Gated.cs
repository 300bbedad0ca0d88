using System.Numerics.Tensors;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Architectures;

/// <summary>Gated SAE: one path decides which latents fire, the other how strongly; both read the same direction.</summary>
/// <remarks>
/// Rajamanoharan et al. 2024, arXiv:2404.16014v2, Eq. 4–7: π = x̃ W_enc + b_gate, f = 1[π > 0] ⊙ ReLU(x̃ (W_enc ⊙ exp(r_mag)) + b_mag) with x̃ = x − b_dec.
/// </remarks>
[SaeArchitecture("gated")]
public sealed class Gated : SparseAutoencoder
{
    private readonly Tensor _wEnc;
    private readonly Tensor _bGate, _bMag;
    private readonly float[] _scales; // exp(r_mag)
    private readonly DenseEncoder _encoder;

    public Gated(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        (_bGate, _bMag) = (weights.Take("b_gate", ("dSae", DSae)), weights.Take("b_mag", ("dSae", DSae)));
        _scales = new float[DSae];
        TensorPrimitives.Exp<float>(weights.Take("r_mag", ("dSae", DSae)).Span<float>(), _scales);
        _encoder = new(_wEnc, backend);
    }

    internal override IReadOnlyList<string> LatentTensors => ["W_enc", "b_gate", "b_mag"];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes) => _encoder.EachRow(input, products =>
    {
        var gate = _bGate.Span<float>();
        var magnitude = _bMag.Span<float>();
        for (var i = 0; i < products.Length; i++)
            products[i] = products[i] + gate[i] > 0 ? Math.Max(products[i] * _scales[i] + magnitude[i], 0) : 0;
        codes.AddDenseRow(products);
    });

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
