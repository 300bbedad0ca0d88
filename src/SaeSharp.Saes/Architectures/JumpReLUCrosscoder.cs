using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>A crosscoder with a threshold of each latent's own at each hook: f = z where z > min_h θ_h, else 0, and hook h gets f only where f > θ_h.</summary>
/// <remarks>OpenMOSS/Language-Model-SAEs (<c>models/crosscoder.py</c>), whose one θ for a latent is compared with z · ‖W_dec,i⁽ʰ⁾‖ at each hook, so that a latent can be on at one hook and off at another.</remarks>
[SaeArchitecture("jumprelu_crosscoder")]
public sealed class JumpReLUCrosscoder : SparseAutoencoder
{
    private readonly Tensor _wEnc;
    private readonly Tensor _bEnc;
    private readonly DenseEncoder _encoder;

    public JumpReLUCrosscoder(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        var hooks = Math.Max(1, config.Hooks.Count);
        if (DOut % hooks != 0) throw SaeException.UnevenHooks(config, DOut);
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        Gates = new(weights.Take("threshold", ("hooks", hooks), ("dSae", DSae)));
        _encoder = new(_wEnc, backend);
    }

    internal override IReadOnlyList<string> LatentTensors => ["W_enc", "b_enc", "threshold"];

    private protected override HookGates Gates { get; }

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes) =>
        _encoder.EachRow(input, products => codes.AddAbove(products, _bEnc.Span<float>(), Gates.Lowest));

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
