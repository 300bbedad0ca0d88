using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Room in which the aux losses of a step are computed, one after another.</summary>
internal sealed class DeadScratch
{
    private readonly StepSetting _setting;
    private readonly Tensor _sums;
    private Tensor? _latents;

    public DeadScratch(StepSetting setting)
    {
        var (dIn, dOut, dSae) = (setting.DIn, setting.DOut, setting.DSae);
        _setting = setting;
        _sums = Tensor.Zeros(setting.Type, dOut);
        Encoder = Tensor.Zeros(setting.Type, dSae, dIn);
        Decoder = dIn == dOut ? Encoder : Tensor.Zeros(setting.Type, dSae, dOut);
        Bias = Tensor.Zeros(setting.Type, dSae);
        BiasColumn = Bias.Reshape(dSae, 1);
    }

    /// <summary>[dSae, dIn]: encoder rows of the dead, then the encoder's gradient.</summary>
    public Tensor Encoder { get; }

    /// <summary>[dSae, dOut]: the decoder's gradient; the encoder's room where it fits.</summary>
    public Tensor Decoder { get; }

    /// <summary>[dSae].</summary>
    public Tensor Bias { get; }

    /// <summary>[dSae, 1], of the same memory.</summary>
    public Tensor BiasColumn { get; }

    /// <summary>Room for <paramref name="rows"/> rows of pre-activations, or a batch where that has fewer.</summary>
    public Tensor Latents(int rows) => _latents ??= Tensor.Zeros(_setting.Type, checked(Math.Min(rows, _setting.BatchSize) * _setting.DSae));

    /// <summary>1 / Σ‖r − r̄‖² over the batch; 0 where all r are the same.</summary>
    public double InverseVariance(Tensor residual)
    {
        _sums.Clear();
        _setting.Backend.AddColumnSums(residual, _sums);
        var variance = _setting.Backend.SumOfSquares(residual) - _setting.Backend.SumOfSquares(_sums) / residual.RowCount;
        return variance > 0 ? 1 / variance : 0;
    }
}
