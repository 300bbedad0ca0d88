using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The error of a TopK SAE with four times its k, counted an eighth.</summary>
/// <remarks>Gao et al. 2024, arXiv:2406.04093v1, A.4; factors of EleutherAI/sparsify, where it trains the decoder only.</remarks>
internal sealed class MultiTopKTerm
{
    /// <summary>How many times k.</summary>
    public const int Factor = 4;

    private const double Weight = 1.0 / 8;
    private readonly StepSetting _setting;
    private readonly SaeParameters _weights;
    private readonly SparseTerm _term;
    private readonly Tensor _biasGradient;

    public MultiTopKTerm(StepSetting setting, SaeParameters weights) =>
        (_setting, _weights, _term, _biasGradient) = (setting, weights, new(setting), weights.EncoderBias.Gradient.Reshape(setting.DSae, 1));

    /// <summary>The loss of the latents in <paramref name="slots"/> [batch, 4·k], given times <paramref name="norms"/> where those are not null.</summary>
    public double Forward(Slots slots, Tensor? norms, Tensor target, double errorWeight)
    {
        _term.Code.Take(slots.Values, slots.Indices);
        if (norms is not null) _term.DivideByNorms(norms);
        return Weight * errorWeight * _term.Decode(target, _weights.Decoder.Value);
    }

    /// <summary>Adds the gradients; that of b_dec as a part of <paramref name="residual"/>.</summary>
    public void AddGradients(Tensor input, Tensor residual, double errorWeight)
    {
        var backend = _setting.Backend;
        _term.Sort();
        _term.Prepare(Weight * errorWeight, _weights.Decoder.Value);
        _term.DecoderGradient(_weights.Decoder.Gradient, accumulate: true);
        if (_setting.Options.Convention != Convention.Sparsify)
        {
            _term.EncoderGradient(input, _weights.Encoder.Gradient, accumulate: true);
            _term.BiasGradient(_biasGradient, accumulate: true);
        }
        backend.Scale(_term.Residual, Weight, _term.Residual);
        backend.Add(residual, _term.Residual, residual);
    }
}
