using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Pre-activations of a block of rows, for choices that no kernel makes while it multiplies.</summary>
internal sealed class PreActivationBlock(StepSetting setting)
{
    private const int MostRows = 256;
    private readonly Tensor _latents = Tensor.Zeros(setting.Type, Math.Min(MostRows, setting.BatchSize), setting.DSae);
    private readonly Dictionary<int, (Tensor Input, Tensor Latents)> _views = [];
    private Tensor? _source;

    /// <summary>Rows of a block; the last may have fewer.</summary>
    public int Rows => _latents.RowCount;

    /// <summary>(x·W + bias) ⊙ norms of the rows of <paramref name="input"/> from <paramref name="start"/>: [rows, dSae], until the next call.</summary>
    public Tensor Encode(Tensor input, int start, PackedMatrix encoder, Tensor bias, Tensor? norms)
    {
        var (rows, latents) = View(input, start);
        setting.Backend.MatMul(rows, encoder, latents);
        setting.Backend.AddRow(latents, bias, latents);
        if (norms is not null) setting.Backend.MultiplyRow(latents, norms, latents);
        return latents;
    }

    /// <summary>Views are kept, so that a step makes none.</summary>
    private (Tensor Input, Tensor Latents) View(Tensor input, int start)
    {
        if (_source != input) _views.Clear();
        _source = input;
        if (_views.TryGetValue(start, out var view)) return view;
        var count = Math.Min(Rows, input.RowCount - start);
        return _views[start] = (input.Rows(start, count), _latents.Rows(0, count));
    }
}
