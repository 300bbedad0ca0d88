using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>JumpReLU SAE: f = z where z > θ, else 0, with z = (x − b_dec) W_enc + b_enc and a threshold θ of each latent's own.</summary>
/// <remarks>
/// Rajamanoharan et al. 2024, arXiv:2407.14435v3, Eq. 3: their H is the step, θ the threshold. θ below 0 counts as 0, as in SAELens (<c>saes/jumprelu_sae.py</c>).
/// BatchTopK and Matryoshka BatchTopK are saved in this form, with the threshold they learnt for a token of its own. The transcoder forms are those of Gemma Scope.
/// </remarks>
[SaeArchitecture("jumprelu"), SaeArchitecture("jumprelu_transcoder"), SaeArchitecture("jumprelu_skip_transcoder")]
public sealed class JumpReLU : SparseAutoencoder
{
    private readonly Tensor _wEnc;
    private readonly Tensor _bEnc;
    private readonly DenseEncoder _encoder;
    private readonly float[] _thresholds;

    public JumpReLU(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        _thresholds = [.. weights.Take("threshold", ("dSae", DSae)).Span<float>()];
        for (var i = 0; i < _thresholds.Length; i++) _thresholds[i] = Math.Max(_thresholds[i], 0);
        _encoder = new(_wEnc, backend);
    }

    internal override IReadOnlyList<string> LatentTensors => ["W_enc", "b_enc", "threshold"];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes) =>
        _encoder.EachRow(input, products => codes.AddAbove(products, _bEnc.Span<float>(), _thresholds));

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
