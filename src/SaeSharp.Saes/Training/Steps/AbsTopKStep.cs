using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of an AbsTopK SAE: the k pre-activations of largest magnitude, with their signs.</summary>
/// <remarks>
/// Zhu et al. 2025, arXiv:2510.00404v1; SAELens, <c>saes/abstopk_sae.py</c>. The aux loss takes dead latents by magnitude as well. Dense pre-activations are in memory for a block
/// of rows at a time.
/// </remarks>
[SaeArchitecture("abstopk")]
internal sealed class AbsTopKStep : SelectionStep
{
    private readonly PreActivationBlock _block;
    private readonly Tensor _magnitudes, _lastMagnitudes; // of a block of rows, and of the last one, which may have fewer
    private readonly Slots _slots;

    public AbsTopKStep(StepSetting setting) : base(setting, isSigned: true)
    {
        (_block, _slots) = (new(setting), new(setting, Whole(K.Largest)));
        _magnitudes = Tensor.Zeros(setting.Type, _block.Rows, setting.DSae);
        _lastMagnitudes = _magnitudes.Rows(0, (setting.BatchSize - 1) % _block.Rows + 1);
    }

    protected override void Select(Tensor input, Tensor? norms, int step, SparseRows code)
    {
        _slots.Resize(Whole(K.At(step)));
        for (var start = 0; start < input.RowCount; start += _block.Rows)
        {
            var latents = _block.Encode(input, start, Encoder, Weights.EncoderBias.Value, norms);      // p'   [rows, dSae]
            var (values, indices) = _slots.Part(start, latents.RowCount);
            MagnitudeChoice.TopKRows(Backend, latents, latents.RowCount == _block.Rows ? _magnitudes : _lastMagnitudes, values, indices);
        }
        code.Take(_slots.Values, _slots.Indices);
    }

    private int Whole(double k) => Math.Clamp((int)Math.Round(k), 1, Setting.DSae);
}
