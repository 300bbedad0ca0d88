using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The two sides of a transcoder's batch, whose rows hold what is read and, beside it, what is to be reconstructed.</summary>
internal sealed class RowSplit(StepSetting setting)
{
    private readonly Tensor _input = setting.BatchOf(setting.DIn), _target = setting.BatchOf(setting.DOut);

    /// <summary>Copies of the halves of <paramref name="x"/> [batch, dIn + dOut].</summary>
    public (Tensor Input, Tensor Target) Of(Tensor x)
    {
        if (setting.Type == DType.F64) Copy<double>(x);
        else Copy<float>(x);
        return (_input, _target);
    }

    private void Copy<T>(Tensor x) where T : unmanaged
    {
        for (var row = 0; row < x.RowCount; row++)
        {
            ReadOnlySpan<T> from = x.Row<T>(row);
            from[..setting.DIn].CopyTo(_input.Row<T>(row));
            from[setting.DIn..].CopyTo(_target.Row<T>(row));
        }
    }
}
