using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Optimisers;

/// <summary>Adam (arXiv:1412.6980), with weight decay AdamW (arXiv:1711.05101).</summary>
internal sealed class AdamOptimiser(OptimiserOptions options, Backend backend) : Optimiser(options, backend)
{
    private static readonly string[] Moments = ["mean", "mean_square"];

    public override IReadOnlyList<string> MomentNames(int rank) => Moments;

    public override void Step(TrainedTensor weight, OptimiserStep step) => Backend.Adam(weight.Value, weight.Gradient, weight.Moments[0], weight.Moments[1],
        new(step.Number, step.Rate, Options.Beta1, Options.Beta2, Options.Epsilon, Options.WeightDecay, step.GradientScale));
}
