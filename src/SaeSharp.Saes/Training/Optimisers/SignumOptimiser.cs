using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Optimisers;

/// <summary>Sign descent without a schedule: z ← z − α·sign(∂y), x ← the mean of all z, and training goes on at y = β·x + (1 − β)·z. x is what a finished SAE has.</summary>
/// <remarks>
/// signSGD (arXiv:1802.04434) in the schedule-free form of arXiv:2405.15682, which sparsify trains with. Steps count in the mean by the square of the largest rate so far. Only z is
/// remembered: x = z + (y − z)/β, so what a unit-norm decoder does to y reaches x.
/// </remarks>
internal sealed class SignumOptimiser : Optimiser
{
    private static readonly string[] Moments = ["steps"];
    private readonly Tensor _state = Tensor.Zeros(DType.F64, 4); // first step, step, largest rate, sum of weights

    public SignumOptimiser(OptimiserOptions options, Backend backend) : base(options, backend)
    {
        if (options.Momentum == 0) throw OptionException.Invalid("Schedule-free signum needs a momentum above 0.", "Its authors use 0.95.");
    }

    public override IEnumerable<(string, Tensor)> State => [("signum", _state)];

    public override IReadOnlyList<string> MomentNames(int rank) => Moments;

    public override void Step(TrainedTensor weight, OptimiserStep step)
    {
        var state = _state.Span<double>();
        if (state[0] == 0) state[0] = step.Number;
        if (state[1] != step.Number)
        {
            (state[1], state[2]) = (step.Number, Math.Max(state[2], step.Rate));
            state[3] += state[2] * state[2];
        }
        var share = state[3] > 0 ? state[2] * state[2] / state[3] : 0;        // of this step in the mean
        if (step.Number == (int)state[0]) weight.Value.CopyTo(weight.Moments[0]);
        if (weight.Value.DType == DType.F64) Step<double>(weight, step.Rate, share);
        else Step<float>(weight, step.Rate, share);
    }

    /// <summary>The mean starts anew at the value.</summary>
    public override void Forget(TrainedTensor weight, int row) => Fill(weight.Moments[0], row, weight.Value);

    public override Tensor Finished(TrainedTensor weight)
    {
        var (mean, z) = (weight.Value.Clone(), weight.Moments[0]);
        if (_state.Read(0) == 0) return mean;
        for (var i = 0L; i < mean.Count; i++) mean.Write(i, z.Read(i) + (mean.Read(i) - z.Read(i)) / Options.Momentum);
        return mean;
    }

    private void Step<T>(TrainedTensor weight, double rate, double share) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var (momentum, length, part) = (T.CreateTruncating(Options.Momentum), T.CreateTruncating(rate), T.CreateTruncating(share));
        for (var row = 0; row < weight.Value.RowCount; row++)
        {
            Span<T> y = weight.Value.Row<T>(row), z = weight.Moments[0].Row<T>(row);
            ReadOnlySpan<T> slope = weight.Gradient.Row<T>(row);
            for (var i = 0; i < y.Length; i++)
            {
                var x = z[i] + (y[i] - z[i]) / momentum;
                z[i] -= length * (slope[i] > T.Zero ? T.One : slope[i] < T.Zero ? -T.One : T.Zero);
                x += (z[i] - x) * part;
                y[i] = z[i] + (x - z[i]) * momentum;
            }
        }
    }
}
