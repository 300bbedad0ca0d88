using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>How large the targets of a batch are and how much they vary, which losses and reports are measured against.</summary>
internal sealed class BatchStatistics(StepSetting setting)
{
    private readonly Tensor _sums = Tensor.Zeros(setting.Type, setting.DOut);

    /// <summary>Σ‖y‖² over the batch.</summary>
    public double Energy { get; private set; }

    /// <summary>Σ‖y − ȳ‖² over the batch.</summary>
    public double Variance { get; private set; }

    /// <summary>Of targets y [batch, dOut].</summary>
    public void Take(Tensor target)
    {
        Energy = setting.Backend.SumOfSquares(target);
        _sums.Clear();
        setting.Backend.AddColumnSums(target, _sums);
        Variance = Energy - setting.Backend.SumOfSquares(_sums) / setting.BatchSize;
    }
}
