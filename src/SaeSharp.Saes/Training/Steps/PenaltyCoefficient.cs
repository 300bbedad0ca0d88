using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>λ of every step, and the controller that looks for the λ at which the target L0 is reached.</summary>
/// <remarks>
/// λ = λ₀ · min(1, t/w) · e^u. After the warm-up, with m the running mean of L0 and e = ln(m / target) limited to ±<see cref="LargestError"/>:
/// I ← I + e/<see cref="IntegralSteps"/>, u = e · <see cref="Gain"/> + I. A proportional–integral controller of ln λ: the first term answers to the present error,
/// the second goes on until none is left. ln L0 falls by a half to one for each unit of ln λ whatever the data, which is why the constants carry over.
/// </remarks>
internal sealed class PenaltyCoefficient(PenaltyOptions options)
{
    private const double MeanDecay = 0.9, Gain = 1, IntegralSteps = 100, LargestError = 1, LargestLog = 12;
    private readonly Tensor _state = Tensor.Zeros(DType.F64, 3); // m (0 before the first step), I, u

    /// <summary>What a checkpoint keeps.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State => options.TargetL0 is null ? [] : [("penalty.controller", _state)];

    /// <summary>Of step t, counted from 0.</summary>
    public double At(int step) => options.Coefficient * (options.WarmupSteps == 0 ? 1 : Math.Min(1, (double)step / options.WarmupSteps)) * Math.Exp(_state.Read(2));

    /// <summary>Takes note of the mean L0 of step t's batch.</summary>
    public void Observe(int step, double l0)
    {
        if (options.TargetL0 is not { } target || step < options.WarmupSteps) return;
        var state = _state.Span<double>();
        state[0] = state[0] == 0 ? l0 : MeanDecay * state[0] + (1 - MeanDecay) * l0;
        var error = Math.Clamp(Math.Log(Math.Max(state[0], 1e-9) / target), -LargestError, LargestError);
        state[1] = Math.Clamp(state[1] + error / IntegralSteps, -LargestLog, LargestLog);
        state[2] = Gain * error + state[1];
    }
}
