using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>JumpReLU SAE with a gated linear encoder: z = ((x − b_dec) W_enc + b_enc) ⊙ σ((x − b_dec) W_glu + b_glu), f = z where z > θ, else 0.</summary>
/// <remarks>OpenMOSS/Language-Model-SAEs (<c>use_glu_encoder</c>): their W_E, b_E, W_E_glu, b_E_glu. SAELens has none. A latent reads two directions; W_enc counts as the one it stands for.</remarks>
[SaeArchitecture("jumprelu_glu")]
public sealed class GluJumpReLU : SparseAutoencoder
{
    private readonly Tensor _wEnc, _bEnc, _bGlu;
    private readonly DenseEncoder _encoder;
    private readonly PackedMatrix _gate;
    private readonly float[] _thresholds;

    public GluJumpReLU(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        _gate = backend.Pack(weights.Take("W_enc_glu", ("dIn", DIn), ("dSae", DSae)), Transpose.None);
        _bGlu = weights.Take("b_enc_glu", ("dSae", DSae));
        _thresholds = [.. weights.Take("threshold", ("dSae", DSae)).Span<float>()];
        for (var i = 0; i < _thresholds.Length; i++) _thresholds[i] = Math.Max(_thresholds[i], 0);
        _encoder = new(_wEnc, backend);
    }

    internal override IReadOnlyList<string> LatentTensors => ["W_enc", "b_enc", "threshold"];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        var zeros = new float[DSae];
        _encoder.EachBlock(input, (start, latents) =>
        {
            var gates = Tensor.Zeros(DType.F32, latents.RowCount, DSae);
            Backend.MatMul(input.Rows(start, latents.RowCount), _gate, gates);
            Backend.AddRow(gates, _bGlu, gates);
            Backend.Activate(Activation.Sigmoid, gates, gates);               // σ      [rows, dSae]
            Backend.AddRow(latents, _bEnc, latents);
            Backend.Multiply(latents, gates, latents);                        // z      [rows, dSae]
            for (var row = 0; row < latents.RowCount; row++) codes.AddAbove(latents.Row<float>(row), zeros, _thresholds);
            gates.Free();
        });
    }

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
