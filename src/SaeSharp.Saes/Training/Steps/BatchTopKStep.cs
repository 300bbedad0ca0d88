using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a BatchTopK SAE: the ⌊k · batch⌋ largest positive pre-activations of the whole batch, so that an activation may have more or fewer than k latents.</summary>
/// <remarks>
/// Bussmann et al. 2024, arXiv:2412.06410; k may be a fraction. Saved as a JumpReLU SAE whose one threshold was learnt from the smallest latent chosen in each batch
/// (<see cref="LearntThreshold"/>); decoder norms are folded in where they took part in the choice, as SAELens saves it (<c>saes/batchtopk_sae.py</c>).
/// </remarks>
[SaeArchitecture("batchtopk"), SaeArchitecture("batchtopk_transcoder"), SaeArchitecture("batchtopk_skip_transcoder")]
[TrainingTraits(CountsOverBatch = true)]
internal sealed class BatchTopKStep(StepSetting setting) : SelectionStep(setting)
{
    private readonly LearntThreshold _threshold = new(setting.Options);

    public override IEnumerable<(string Name, Tensor Tensor)> State => [("threshold", _threshold.State)];

    public override void AfterUpdate(int step) => _threshold.Learn(step);

    public override (SaeConfig Config, Dictionary<string, Tensor> Tensors) ToFile() => ThresholdedFile.Of(Setting.Config, Weights.ToFile(), _threshold.Value);

    protected override void Select(Tensor input, Tensor? norms, int step, SparseRows code)
    {
        Backend.EncodeBatchTopK(input, Encoder, Weights.EncoderBias.Value, norms, (int)(K.At(step) * input.RowCount), code);
        _threshold.See(code);
    }
}
