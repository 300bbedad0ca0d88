using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>λ of every step, and the controller that looks for the λ at which the target L0 is reached.</summary>
/// <remarks>
/// λ = λ₀ · min(1, t/w) · e^u. After the warm-up, with m the running mean of L0 and e = ln(m / target): u grows by <see cref="Gain"/> · (e − e before) + e/N, where e counts
/// at most ±1 in the second term: a proportional–integral controller of ln λ. ln L0 falls by about a half to one for each unit of ln λ whatever the data, and runs take
/// their time in proportion to their length; so <see cref="Gain"/> stands, N is a thirtieth of the run (<see cref="FewestSteps"/> to <see cref="MostSteps"/>), and neither
/// needs tuning. λ never makes the penalty more than a given share of the error of giving nothing at all: weights move at the speed of the learning rate, and a
/// larger λ would only harm the reconstruction until they arrive.
/// </remarks>
internal sealed class PenaltyCoefficient(TrainingOptions options)
{
    private const double MeanDecay = 0.9, Gain = 1.5, LargestError = 1, LargestLog = 15;
    private const int FewestSteps = 30, MostSteps = 500;
    private readonly Tensor _state = Tensor.Zeros(DType.F64, 3); // m (0 before the first step), e, u

    /// <summary>What a checkpoint keeps.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State => options.Penalty.TargetL0 is null ? [] : [("penalty.controller", _state)];

    /// <summary>Of step t, counted from 0.</summary>
    public double At(int step)
    {
        var (start, warmup) = (options.Penalty.Coefficient, options.Penalty.WarmupSteps);
        return start * (warmup == 0 ? 1 : Math.Min(1, (double)step / warmup)) * Math.Exp(_state.Read(2));
    }

    /// <summary>Takes note of a step: of the mean L0 of its batch, its penalty at λ = 1, and the most that the penalty may be, in the unit of the loss.</summary>
    public void Observe(int step, double l0, double unitPenalty, double largestPenalty)
    {
        var penalty = options.Penalty;
        if (penalty.TargetL0 is not { } target || step < penalty.WarmupSteps) return;
        var state = _state.Span<double>();
        var isFirst = state[0] == 0;
        state[0] = isFirst ? l0 : MeanDecay * state[0] + (1 - MeanDecay) * l0;
        var error = Math.Log(Math.Max(state[0], 1e-9) / target);
        var change = isFirst ? 0 : Gain * (error - state[1]);
        var highest = unitPenalty > 0 ? Math.Log(largestPenalty / (unitPenalty * penalty.Coefficient)) : LargestLog;
        var sum = state[2] + change + Math.Clamp(error, -LargestError, LargestError) / Math.Clamp(options.Steps / 30, FewestSteps, MostSteps);
        (state[1], state[2]) = (error, Math.Clamp(Math.Min(sum, highest), -LargestLog, LargestLog));
    }
}
