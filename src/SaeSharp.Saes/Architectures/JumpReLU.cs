using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>JumpReLU SAE: f = z where z > θ, else 0, with z = (x − b_dec) W_enc + b_enc and a threshold θ of each latent's own.</summary>
/// <remarks>Rajamanoharan et al. 2024, arXiv:2407.14435v3, Eq. 3. θ below 0 counts as 0, as in SAELens.</remarks>
[SaeArchitecture("jumprelu")]
public sealed class JumpReLU : SparseAutoencoder
{
    private readonly Tensor _wEnc, _bEnc;
    private readonly float[] _thresholds;
    private readonly PackedMatrix _encoder;

    public JumpReLU(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        _thresholds = [.. weights.Take("threshold", ("dSae", DSae)).Span<float>()];
        for (var i = 0; i < _thresholds.Length; i++) _thresholds[i] = Math.Max(_thresholds[i], 0);
        _encoder = PackedMatrix.Of(_wEnc);
    }

    internal override IReadOnlyList<string> LatentTensors => ["W_enc", "b_enc", "threshold"];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        var block = BlockRows(input.RowCount, DSae);
        var buffer = Tensor.Zeros(DType.F32, block, DSae);
        for (var start = 0; start < input.RowCount; start += block)
        {
            var count = Math.Min(block, input.RowCount - start);
            var latents = buffer.Rows(0, count);
            Backend.MatMul(input.Rows(start, count), _encoder, latents);      // x·W    [rows, dSae]
            Backend.AddRow(latents, _bEnc, latents);                          // z      [rows, dSae]
            for (var row = 0; row < count; row++)
            {
                var f = latents.Row<float>(row);
                for (var i = 0; i < f.Length; i++)
                    if (!(f[i] > _thresholds[i])) f[i] = 0;
                codes.AddDenseRow(f);
            }
        }
        buffer.Free();
    }

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
