using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Optimisers;

/// <summary>Turns gradients into steps. What it remembers lies in <see cref="TrainedTensor.Moments"/>, so checkpoints hold it.</summary>
internal abstract class Optimiser(OptimiserOptions options, Backend backend)
{
    protected OptimiserOptions Options { get; } = options;

    protected Backend Backend { get; } = backend;

    /// <summary>Names of what is remembered of each weight.</summary>
    public abstract IReadOnlyList<string> MomentNames { get; }

    public static Optimiser Create(OptimiserOptions options, Backend backend) => options.Kind switch
    {
        OptimiserKind.Adam => new AdamOptimiser(options, backend),
        var kind => throw OptionException.Invalid($"The optimiser {kind} is not known.", $"Known are: {string.Join(", ", Enum.GetNames<OptimiserKind>())}."),
    };

    /// <summary>Changes <paramref name="weight"/> by its gradient.</summary>
    public abstract void Step(TrainedTensor weight, OptimiserStep step);

    /// <summary>The value a finished SAE has: that of training, unless the optimiser averages.</summary>
    public virtual Tensor Finished(TrainedTensor weight) => weight.Value;
}

/// <summary>One step.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Rate">Its learning rate.</param>
/// <param name="GradientScale">Factor on the gradients, from clipping.</param>
internal readonly record struct OptimiserStep(int Number, double Rate, double GradientScale);
