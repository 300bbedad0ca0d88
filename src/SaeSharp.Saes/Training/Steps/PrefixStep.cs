using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step that chooses its latents over the batch and has them reconstruct by levels as well; saved with a learnt threshold.</summary>
internal abstract class PrefixStep : SelectionStep
{
    private readonly LearntThreshold _threshold;
    private readonly MatryoshkaLevels _levels;

    /// <param name="setting">What the step is made for.</param>
    /// <param name="levels">Which latents are in which level.</param>
    protected PrefixStep(StepSetting setting, MatryoshkaLevels levels) : this(setting, levels, new(
        setting, levels.Count, setting.Options.Convention == Convention.DictionaryLearning ? 1.0 / levels.Count / levels.Count : 1, setting.Options.Matryoshka.Detached))
    { }

    private PrefixStep(StepSetting setting, MatryoshkaLevels levels, PrefixTerm prefixes) : base(setting, prefixes) =>
        (_levels, Prefixes, _threshold) = (levels, prefixes, new(setting.Options));

    public override IEnumerable<(string Name, Tensor Tensor)> State => [("threshold", _threshold.State), ("frequencies", _levels.Frequencies)];

    /// <summary>The reconstructions of all levels.</summary>
    protected PrefixTerm Prefixes { get; }

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

    protected sealed override void Select(Tensor input, Tensor? norms, int step, SparseRows code)
    {
        _levels.Assign(step, Prefixes.LevelOf);
        Backend.EncodeBatchTopK(input, Encoder, Weights.EncoderBias.Value, norms, (int)(K.At(step) * input.RowCount), code);
        _threshold.See(code);
    }
}
