using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a TopK SAE: the k largest positive pre-activations of each activation.</summary>
/// <remarks>Its naive twin, which makes the [batch, dSae] matrices, is <c>DenseTopKStep</c> in the tests.</remarks>
[SaeArchitecture("topk")]
internal sealed class TopKStep : SelectionStep
{
    private readonly Slots _slots;

    public TopKStep(StepSetting setting) : base(setting) => _slots = new(setting, Whole(K.Largest));

    protected override void Select(Tensor input, Tensor? norms, int step, SparseRows code)
    {
        _slots.Resize(Whole(K.At(step)));
        Backend.EncodeTopK(input, Encoder, Weights.EncoderBias.Value, norms, _slots.Values, _slots.Indices);
        code.Take(_slots.Values, _slots.Indices);
    }

    /// <summary>dictionary_learning drops the fraction of a k on its way, sparsify rounds it (to even).</summary>
    private int Whole(double k) => Math.Clamp((int)(Options.Convention == Convention.DictionaryLearning ? Math.Floor(k) : Math.Round(k)), 1, Setting.DSae);
}
