using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>λ of every step.</summary>
internal sealed class PenaltyCoefficient(PenaltyOptions options)
{
    /// <summary>Of step t, counted from 0: λ·min(1, t/w).</summary>
    public double At(int step) => options.Coefficient * (options.WarmupSteps == 0 ? 1 : Math.Min(1, (double)step / options.WarmupSteps));
}
