using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a Matryoshka BatchTopK SAE: BatchTopK whose first latents must also reconstruct without the later ones, so that general features do not dissolve into special ones.</summary>
/// <remarks>
/// Bussmann et al. 2025, arXiv:2503.17547. loss = Σ over levels of mean‖x − x̂_level‖² + aux (SAELens, <c>saes/matryoshka_batchtopk_sae.py</c>); dictionary_learning takes the mean over
/// n levels of losses that count 1/n each. Detached inner losses and levels by frequency: chanind, <c>claude-auto-research-synthsaebench</c>. Saved like BatchTopK.
/// </remarks>
[SaeArchitecture("matryoshka_batchtopk"), SaeArchitecture("matryoshka_batchtopk_transcoder"), SaeArchitecture("matryoshka_batchtopk_skip_transcoder")]
internal sealed class MatryoshkaStep : SelectionStep
{
    private readonly LearntThreshold _threshold;
    private readonly MatryoshkaLevels _levels;
    private readonly PrefixTerm _prefixes;

    public MatryoshkaStep(StepSetting setting) : this(setting, new(setting)) { }

    private MatryoshkaStep(StepSetting setting, MatryoshkaLevels levels) : this(setting, levels, new(
        setting, levels.Count, setting.Options.Convention == Convention.DictionaryLearning ? 1.0 / levels.Count / levels.Count : 1, setting.Options.Matryoshka.Detached)) { }

    private MatryoshkaStep(StepSetting setting, MatryoshkaLevels levels, PrefixTerm prefixes) : base(setting, prefixes) =>
        (_levels, _prefixes, _threshold) = (levels, prefixes, new(setting.Options));

    public override IEnumerable<(string Name, Tensor Tensor)> State => [("threshold", _threshold.State), ("frequencies", _levels.Frequencies)];

    public override void AfterUpdate(int step)
    {
        _threshold.Learn(step);
        _levels.See(Term.Order.Starts);
    }

    public override (SaeConfig Config, Dictionary<string, Tensor> Tensors) ToFile()
    {
        _levels.Assign(0, new int[Setting.DSae]);
        return ThresholdedFile.Of(Setting.Config, Weights.ToFile(), _threshold.Value, _levels.Order);
    }

    protected override void Select(Tensor input, Tensor? norms, int step, SparseRows code)
    {
        _levels.Assign(step, _prefixes.LevelOf);
        Backend.EncodeBatchTopK(input, Encoder, Weights.EncoderBias.Value, norms, (int)(K.At(step) * input.RowCount), code);
        _threshold.See(code);
    }
}
