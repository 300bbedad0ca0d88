using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a GroupMax SAE: latents stand in k groups of neighbours, and the largest of each group is kept where it is positive.</summary>
/// <remarks>
/// EleutherAI/sparsify 1.3 (<c>activation = "groupmax"</c>). With its convention the first latent of a group that has no positive one gets the gradient of its (zero) value, as there.
/// Dense pre-activations are in memory for a block of rows at a time.
/// </remarks>
[SaeArchitecture("groupmax"), SaeArchitecture("groupmax_transcoder"), SaeArchitecture("groupmax_skip_transcoder")]
internal sealed class GroupMaxStep : SelectionStep
{
    private readonly PreActivationBlock _block;
    private readonly Slots _slots;

    public GroupMaxStep(StepSetting setting) : base(setting)
    {
        if (setting.DSae % setting.Config.K != 0)
            throw OptionException.Invalid($"{setting.DSae} latents do not part into {setting.Config.K} groups of one size.", "Choose k so that it divides the number of latents.");
        (_block, _slots) = (new(setting), new(setting, setting.Config.K));
        _slots.Resize(setting.Config.K);
    }

    protected override void Select(Tensor input, Tensor? norms, int step, SparseRows code)
    {
        for (var start = 0; start < input.RowCount; start += _block.Rows)
        {
            var latents = _block.Encode(input, start, Encoder, Weights.EncoderBias.Value, norms);      // p'   [rows, dSae]
            if (Setting.Type == DType.F64) Choose<double>(latents, start);
            else Choose<float>(latents, start);
        }
        code.Take(_slots.Values, _slots.Indices);
    }

    private void Choose<T>(Tensor latents, int start) where T : unmanaged, INumber<T>
    {
        var size = Setting.DSae / Setting.Config.K;
        var keepsEmpty = Options.Convention == Convention.Sparsify;
        for (var row = 0; row < latents.RowCount; row++)
        {
            ReadOnlySpan<T> p = latents.Row<T>(row);
            var values = _slots.Values.Row<T>(start + row);
            var indices = _slots.Indices.Row<int>(start + row);
            for (var group = 0; group < indices.Length; group++)
            {
                var best = group * size + Math.Max(0, TensorPrimitives.IndexOfMax(p.Slice(group * size, size)));
                (values[group], indices[group]) = p[best] > T.Zero ? (p[best], best) : (T.Zero, keepsEmpty ? group * size : -1);
            }
        }
    }
}
