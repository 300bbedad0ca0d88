using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>GroupMax SAE: the latents stand in k groups of neighbours, and the largest of each group is kept where it is positive.</summary>
/// <remarks>EleutherAI/sparsify 1.3 (<c>activation = "groupmax"</c>). dSae must be a multiple of k. SAELens has none.</remarks>
[SaeArchitecture("groupmax"), SaeArchitecture("groupmax_transcoder"), SaeArchitecture("groupmax_skip_transcoder")]
public sealed class GroupMax : SparseAutoencoder
{
    private readonly Tensor _wEnc;
    private readonly Tensor _bEnc;
    private readonly DenseEncoder _encoder;

    public GroupMax(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        OptionException.InRange(config.K, 1, config.DSae, nameof(config.K));
        if (config.DSae % config.K != 0) throw OptionException.Invalid($"{config.DSae} latents do not part into {config.K} groups of one size.", "Check k and the number of latents.");
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        _encoder = new(_wEnc, backend);
    }

    internal override IReadOnlyList<string> LatentTensors => [];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        var (size, bias) = (DSae / Config.K, _bEnc);
        var (values, indices) = (new float[Config.K], new int[Config.K]);
        _encoder.EachRow(input, products =>
        {
            var b = bias.Span<float>();
            for (var group = 0; group < values.Length; group++)
            {
                (values[group], indices[group]) = (0, -1);
                for (var i = group * size; i < (group + 1) * size; i++)
                    if (products[i] + b[i] is var z && !(z <= values[group])) (values[group], indices[group]) = (z, i);
            }
            codes.AddSlots(indices, values);
        });
    }

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
