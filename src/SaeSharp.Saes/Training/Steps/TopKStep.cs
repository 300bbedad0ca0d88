using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a TopK SAE that touches only the k latents each activation chose.</summary>
/// <remarks>
/// loss = mean‖x − x̂‖² + aux (see <see cref="DeadLatentTerm"/>). No [batch, dSae] matrix is ever made: besides the weights, memory is batch × (2·dIn + 3·k).
/// Its naive twin, which makes them all, is <c>DenseTopKStep</c> in the tests. Allocates nothing after the first step, but for a few views when the number of dead latents changes.
/// </remarks>
[SaeArchitecture("topk")]
internal sealed class TopKStep : TrainingStep
{
    private readonly SparseTerm _term;
    private readonly PackedMatrix _encoder;
    private readonly Tensor _norms;
    private readonly Tensor _dEncoderBias;
    private DeadLatentTerm? _dead; // made when the first latent dies: many runs never need its memory

    public TopKStep(StepSetting setting) : base(setting)
    {
        var config = setting.Config;
        _term = new(setting, OptionException.InRange(config.K, 1, config.DSae, nameof(config.K)));
        _term.Resize(config.K);
        _encoder = PackedMatrix.Empty(setting.Type, config.DIn, config.DSae);
        _norms = Tensor.Zeros(setting.Type, config.DSae);
        _dEncoderBias = Weights.EncoderBias.Gradient.Reshape(config.DSae, 1);
    }

    public override StepTerms Run(Tensor x, int step, ReadOnlySpan<int> dead)
    {
        var (input, target) = Centre(x);
        var scale = Setting.Config.RescaleActsByDecoderNorm ? _norms : null;
        if (scale is not null) Backend.RowNorms(Weights.Decoder.Value, _norms);
        Backend.Pack(Weights.Encoder.Value, Transpose.B, _encoder);
        Backend.EncodeTopK(input, _encoder, Weights.EncoderBias.Value, scale, _term.Values, _term.Indices);
        if (scale is not null) _term.DivideByNorms(_norms);
        var squares = _term.Decode(target, Weights.Decoder.Value);            // Σ‖x − x̂‖²
        var aux = dead.Length > 0 && Options.Dead.AuxCoefficient > 0;
        var auxLoss = aux ? (_dead ??= new(Setting, Weights)).Forward(input, _term.Residual, scale, dead, ErrorWeight) : 0;

        _term.Prepare(ErrorWeight, Weights.Decoder.Value);
        _term.DecoderGradient(Weights.Decoder.Gradient);
        _term.EncoderGradient(input, Weights.Encoder.Gradient);
        _term.BiasGradient(_dEncoderBias);
        if (aux) _dead!.AddGradients(input, ErrorWeight);
        AddDecoderBiasGradient(_term.Residual, -2 * ErrorWeight);

        var starts = _term.Order.Starts;
        for (var f = 0; f < Fired.Length; f++) Fired[f] = starts[f + 1] > starts[f];
        return new(squares * ErrorWeight, 0, auxLoss, starts[^1]);
    }
}
