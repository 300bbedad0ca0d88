using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a TopK SAE: the k largest positive pre-activations of each activation.</summary>
/// <remarks>Its naive twin, which makes the [batch, dSae] matrices, is <c>DenseTopKStep</c> in the tests.</remarks>
[SaeArchitecture("topk")]
internal sealed class TopKStep : SelectionStep
{
    private readonly KSchedule _k;

    public TopKStep(StepSetting setting) : this(setting, new(setting)) { }

    private TopKStep(StepSetting setting, KSchedule k) : base(setting, Whole(k.Largest, setting)) => _k = k;

    protected override void Select(Tensor input, Tensor? norms, int step)
    {
        Term.Resize(Whole(_k.At(step), Setting));
        Backend.EncodeTopK(input, Encoder, Weights.EncoderBias.Value, norms, Term.Values, Term.Indices);
    }

    /// <summary>dictionary_learning drops the fraction of a k on its way, sparsify rounds it (to even).</summary>
    private static int Whole(double k, StepSetting setting) =>
        Math.Clamp((int)(setting.Options.Convention == Convention.DictionaryLearning ? Math.Floor(k) : Math.Round(k)), 1, setting.DSae);
}
