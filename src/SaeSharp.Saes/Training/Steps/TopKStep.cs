using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a TopK SAE: the k largest positive pre-activations of each activation.</summary>
/// <remarks>Its naive twin, which makes the [batch, dSae] matrices, is <c>DenseTopKStep</c> in the tests.</remarks>
[SaeArchitecture("topk"), SaeArchitecture("topk_transcoder"), SaeArchitecture("topk_skip_transcoder")]
internal sealed class TopKStep : SelectionStep
{
    private readonly Slots _slots;
    private readonly Slots? _more;
    private readonly MultiTopKTerm? _multi;

    public TopKStep(StepSetting setting) : base(setting)
    {
        _slots = new(setting, Whole(K.Largest));
        if (!setting.Options.Selection.Multi) return;
        (_more, _multi) = (new(setting, More(_slots.Most)), new(setting, Weights));
    }

    protected override void Select(Tensor input, Tensor? norms, int step, SparseRows code)
    {
        _slots.Resize(Whole(K.At(step)));
        _more?.Resize(More(_slots.Values.Columns));
        var chosen = _more ?? _slots;
        Backend.EncodeTopK(input, Encoder, Weights.EncoderBias.Value, norms, chosen.Values, chosen.Indices);
        if (_more is not null) _slots.TakeFirst(_more);
        code.Take(_slots.Values, _slots.Indices);
    }

    protected override double ForwardMore(Tensor input, Tensor target, Tensor? norms) => _multi?.Forward(_more!, norms, target, ErrorWeight) ?? 0;

    protected override void AddMoreGradients(Tensor input, Tensor residual) => _multi?.AddGradients(input, residual, ErrorWeight);

    /// <summary>dictionary_learning drops the fraction of a k on its way, sparsify rounds it (to even).</summary>
    private int Whole(double k) => Math.Clamp((int)(Options.Convention == Convention.DictionaryLearning ? Math.Floor(k) : Math.Round(k)), 1, Setting.DSae);

    private int More(int k) => (int)Math.Min(MultiTopKTerm.Factor * (long)k, Setting.DSae);
}
