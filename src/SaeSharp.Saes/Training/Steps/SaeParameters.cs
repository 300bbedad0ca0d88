using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Optimisers;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The weights of an SAE in training: encoder, decoder, their biases, and what its architecture adds.</summary>
/// <remarks>Both matrices lie with one row a latent, so that a step that touches few latents touches few rows; files hold the encoder transposed.</remarks>
internal sealed class SaeParameters
{
    private readonly StepSetting _setting;
    private readonly TrainedTensor? _encoder, _encoderBias;

    /// <param name="setting">Sizes, type and optimiser.</param>
    /// <param name="hasEncoder">Whether there are encoder and encoder bias.</param>
    /// <param name="encoderBias">The encoder bias's name in the file.</param>
    public SaeParameters(StepSetting setting, bool hasEncoder = true, string encoderBias = "b_enc")
    {
        _setting = setting;
        if (hasEncoder) (_encoder, _encoderBias) = (Add("W_enc", setting.DSae, setting.DIn), Add(encoderBias, setting.DSae));
        (Decoder, DecoderBias) = (Add("W_dec", setting.DSae, setting.DOut), Add("b_dec", setting.DOut));
        if (setting.Config.HasSkip) Skip = Add("W_skip", setting.DOut, setting.DIn);
    }

    public bool HasEncoder => _encoder is not null;

    /// <summary>W_encᵀ [dSae, dIn].</summary>
    public TrainedTensor Encoder => _encoder!;

    /// <summary>b_enc (b_gate of a gated SAE) [dSae].</summary>
    public TrainedTensor EncoderBias => _encoderBias!;

    /// <summary>W_dec [dSae, dOut].</summary>
    public TrainedTensor Decoder { get; }

    /// <summary>b_dec [dOut].</summary>
    public TrainedTensor DecoderBias { get; }

    /// <summary>W_skip [dOut, dIn], which takes the raw input straight to the output; null where there is none.</summary>
    public TrainedTensor? Skip { get; }

    /// <summary>All of them. An array, so that walking it allocates nothing.</summary>
    public TrainedTensor[] All { get; private set; } = [];

    /// <summary>A weight of the architecture's own, zeros at first. Its name is the one in the file.</summary>
    public TrainedTensor Add(string name, params ReadOnlySpan<int> shape)
    {
        var weight = new TrainedTensor(name, _setting.Optimiser, _setting.Type, shape);
        All = [.. All, weight];
        return weight;
    }

    /// <summary>Copies in the file's names and layout.</summary>
    public Dictionary<string, Tensor> ToFile() => All.ToDictionary(weight => weight.Name, weight =>
    {
        var value = _setting.Optimiser.Finished(weight);
        return weight == _encoder ? MatrixTranspose.Of(value) : value.Clone(); // W_enc [dIn, dSae]
    });
}
