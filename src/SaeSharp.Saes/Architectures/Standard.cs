using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>Standard SAE: f = ReLU((x − b_dec) W_enc + b_enc), kept sparse by an L1 penalty in training.</summary>
/// <remarks>
/// Bricken et al. 2023, <see href="https://transformer-circuits.pub/2023/monosemantic-features"/>; Cunningham et al. 2023, arXiv:2309.08600v3.
/// Here the penalty counts decoder norms (Anthropic, April 2024 update), so decoder rows are not of unit length.
/// The same encoder makes a transcoder (Dunefsky et al. 2024, arXiv:2406.11944v2), which reads x itself and writes ŷ = f W_dec + b_dec of another hook, and one with a skip
/// connection, + x W_skipᵀ (Paulo et al. 2025, arXiv:2501.18823v1).
/// </remarks>
[SaeArchitecture("standard"), SaeArchitecture("transcoder"), SaeArchitecture("skip_transcoder")]
public sealed class Standard : SparseAutoencoder
{
    private readonly Tensor _wEnc;
    private readonly Tensor _bEnc;
    private readonly DenseEncoder _encoder;
    private readonly float[] _zeros;

    public Standard(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        _encoder = new(_wEnc, backend);
        _zeros = new float[DSae];
    }

    internal override IReadOnlyList<string> LatentTensors => ["W_enc", "b_enc"];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes) =>
        _encoder.EachRow(input, products => codes.AddAbove(products, _bEnc.Span<float>(), _zeros));

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
