using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Architectures;

/// <summary>AbsTopK SAE: the k latents of largest magnitude are kept, with their signs, so that one latent can stand for both ends of a direction.</summary>
/// <remarks>
/// Zhu et al. 2025, arXiv:2510.00404v1; the decoder-norm rescaling as in <see cref="TopK"/>. Mirrors SAELens (<c>saes/abstopk_sae.py</c>).
/// </remarks>
[SaeArchitecture("abstopk")]
public sealed class AbsTopK : SparseAutoencoder
{
    private readonly Tensor _wEnc;
    private readonly Tensor _bEnc;
    private readonly DenseEncoder _encoder;

    public AbsTopK(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        OptionException.InRange(config.K, 1, config.DSae, nameof(config.K));
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        _encoder = new(_wEnc, backend);
    }

    internal override IReadOnlyList<string> LatentTensors => Config.RescaleActsByDecoderNorm ? ["W_enc", "b_enc"] : [];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes) => _encoder.EachBlock(input, (_, latents) =>
    {
        Backend.AddRow(latents, _bEnc, latents);                              // pre    [rows, dSae]
        if (Config.RescaleActsByDecoderNorm) Backend.MultiplyRow(latents, DecoderNorms, latents);
        var magnitudes = Tensor.Zeros(DType.F32, latents.RowCount, DSae);     // |p'|   [rows, dSae]
        TensorPrimitives.Abs<float>(latents.Span<float>(), magnitudes.Span<float>());
        var (values, indices) = (Tensor.Zeros(DType.F32, latents.RowCount, Config.K), Tensor.Zeros(DType.I32, latents.RowCount, Config.K));
        Backend.TopKRows(magnitudes, values, indices);
        for (var row = 0; row < latents.RowCount; row++)
        {
            var slots = values.Row<float>(row);
            var chosen = indices.Row<int>(row);
            var p = latents.Row<float>(row);
            for (var i = 0; i < chosen.Length; i++)
            {
                slots[i] = p[chosen[i]];
                if (slots[i] == 0) chosen[i] = -1;
            }
            codes.AddSlots(chosen, slots);
        }
        magnitudes.Free();
        values.Free();
        indices.Free();
    });

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
