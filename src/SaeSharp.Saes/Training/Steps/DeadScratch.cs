using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Room in which the aux losses of a step are computed, one after another.</summary>
internal sealed class DeadScratch
{
    private readonly StepSetting _setting;
    private readonly Tensor _sums;
    private Tensor? _latents, _magnitudes, _mask, _error;

    public DeadScratch(StepSetting setting)
    {
        _setting = setting;
        _sums = Tensor.Zeros(setting.Type, setting.DOut);
        Encoder = Tensor.Zeros(setting.Type, setting.DSae, setting.DIn);
        Bias = Tensor.Zeros(setting.Type, setting.DSae);
    }

    /// <summary>[dSae, dIn]: encoder rows of the dead. Memory that no row reaches is never there.</summary>
    public Tensor Encoder { get; }

    /// <summary>[dSae]: their biases.</summary>
    public Tensor Bias { get; }

    /// <summary>Room for <paramref name="rows"/> rows of pre-activations, or a batch where that has fewer.</summary>
    public Tensor Latents(int rows) => _latents ??= Tensor.Zeros(_setting.Type, checked(Math.Min(rows, _setting.BatchSize) * _setting.DSae));

    /// <summary>As much room for their magnitudes.</summary>
    public Tensor Magnitudes(int rows) => _magnitudes ??= Tensor.Zeros(_setting.Type, (int)Latents(rows).Count);

    /// <summary>As much room for which of them are chosen.</summary>
    public Tensor Mask(int rows) => _mask ??= Tensor.Zeros(_setting.Type, (int)Latents(rows).Count);

    /// <summary>Room for <paramref name="rows"/> rows of errors, or a batch where that has fewer.</summary>
    public Tensor Error(int rows) => _error ??= Tensor.Zeros(_setting.Type, Math.Min(rows, _setting.BatchSize), _setting.DOut);

    /// <summary>1 / Σ‖r − r̄‖² over the batch; 0 where all r are the same.</summary>
    public double InverseVariance(Tensor residual)
    {
        _sums.Clear();
        _setting.Backend.AddColumnSums(residual, _sums);
        var variance = _setting.Backend.SumOfSquares(residual) - _setting.Backend.SumOfSquares(_sums) / residual.RowCount;
        return variance > 0 ? 1 / variance : 0;
    }
}
