using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>TopK SAE: only the k largest latents of each activation are kept.</summary>
/// <remarks>
/// Gao et al. 2024, arXiv:2406.04093v1, Eq. 1–2; the decoder-norm rescaling is SAELens' (<c>saes/topk_sae.py</c>): p' = pre · ‖W_dec[i]‖ decides who is kept and is
/// what is given; decoding divides by the norm again. Of the k largest, those at or below 0 are dropped: f = ReLU(TopK(p')).
/// A decoder row of zeros never fires (in SAELens it turns every output into NaN). Trained with several k at once (multi-TopK) it is used with one.
/// The transcoder forms are sparsify's; SAELens has none.
/// </remarks>
[SaeArchitecture("topk"), SaeArchitecture("topk_transcoder"), SaeArchitecture("topk_skip_transcoder")]
public sealed class TopK : SparseAutoencoder
{
    private readonly Tensor _wEnc;
    private readonly Tensor _bEnc;
    private readonly PackedMatrix _encoder;

    public TopK(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        OptionException.InRange(config.K, 1, config.DSae, nameof(config.K));
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        _encoder = backend.Pack(_wEnc, Transpose.None);
    }

    internal override IReadOnlyList<string> LatentTensors => Config.RescaleActsByDecoderNorm ? ["W_enc", "b_enc"] : [];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        var block = BlockRows(input.RowCount, Config.K);
        var (values, indices) = (Tensor.Zeros(DType.F32, block, Config.K), Tensor.Zeros(DType.I32, block, Config.K));
        for (var start = 0; start < input.RowCount; start += block)
        {
            var count = Math.Min(block, input.RowCount - start);
            Backend.EncodeTopK(
                input.Rows(start, count), _encoder, _bEnc, Config.RescaleActsByDecoderNorm ? DecoderNorms : null, values.Rows(0, count), indices.Rows(0, count));
            for (var row = 0; row < count; row++) codes.AddSlots(indices.Row<int>(row), values.Row<float>(row));
        }
        values.Free();
        indices.Free();
    }

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
