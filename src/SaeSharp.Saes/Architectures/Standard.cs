using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Architectures;

/// <summary>Standard SAE: f = ReLU((x − b_dec) W_enc + b_enc), kept sparse by an L1 penalty in training.</summary>
/// <remarks>
/// Bricken et al. 2023, <see href="https://transformer-circuits.pub/2023/monosemantic-features"/>; Cunningham et al. 2023, arXiv:2309.08600v3.
/// Here the penalty counts decoder norms (Anthropic, April 2024 update), so decoder rows are not of unit length.
/// </remarks>
[SaeArchitecture("standard")]
public sealed class Standard : SparseAutoencoder
{
    private readonly Tensor _wEnc;
    private readonly Tensor _bEnc;
    private readonly PackedMatrix _encoder;

    public Standard(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        _wEnc = weights.Take("W_enc", ("dIn", DIn), ("dSae", DSae));
        _bEnc = weights.Take("b_enc", ("dSae", DSae));
        _encoder = PackedMatrix.Of(_wEnc);
    }

    internal override IReadOnlyList<string> LatentTensors => ["W_enc", "b_enc"];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        var block = BlockRows(input.RowCount, DSae);
        var buffer = Tensor.Zeros(DType.F32, block, DSae);
        for (var start = 0; start < input.RowCount; start += block)
        {
            var count = Math.Min(block, input.RowCount - start);
            var latents = buffer.Rows(0, count);
            Backend.MatMul(input.Rows(start, count), _encoder, latents);      // x·W    [rows, dSae]
            Backend.AddRow(latents, _bEnc, latents);                          // pre    [rows, dSae]
            Backend.Activate(Activation.Relu, latents, latents);              // f      [rows, dSae]
            for (var row = 0; row < count; row++) codes.AddDenseRow(latents.Row<float>(row));
        }
        buffer.Free();
    }

    private protected override Tensor FindEncoderDirections() => MatrixTranspose.Of(_wEnc);
}
