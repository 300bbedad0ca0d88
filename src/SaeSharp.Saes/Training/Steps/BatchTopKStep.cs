using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a BatchTopK SAE: the ⌊k · batch⌋ largest positive pre-activations of the whole batch, so that an activation may have more or fewer than k latents.</summary>
/// <remarks>
/// Bussmann et al. 2024, arXiv:2412.06410; k may be a fraction. Saved as a JumpReLU SAE whose one threshold was learnt from the smallest latent chosen in each batch
/// (<see cref="LearntThreshold"/>); decoder norms are folded in where they took part in the choice, as SAELens saves it (<c>saes/batchtopk_sae.py</c>).
/// </remarks>
[SaeArchitecture("batchtopk")]
internal sealed class BatchTopKStep : SelectionStep
{
    private readonly BatchChoice _choice;

    public BatchTopKStep(StepSetting setting) : base(setting, BatchChoice.Slots(setting)) => _choice = new(setting, Term);

    public override IEnumerable<(string Name, Tensor Tensor)> State => [("threshold", _choice.Threshold.State)];

    public override void AfterUpdate(int step) => _choice.Learn(step);

    public override (SaeConfig Config, Dictionary<string, Tensor> Tensors) ToFile() => ThresholdedFile.Of(Setting.Config, Weights.ToFile(), _choice.Threshold.Value);

    protected override void Select(Tensor input, Tensor? norms, int step) => _choice.Select(input, Encoder, Weights.EncoderBias.Value, norms, step);
}
