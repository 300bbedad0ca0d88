using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Optimisers;

/// <summary>Turns gradients into steps. What it remembers lies in <see cref="TrainedTensor.Moments"/>, so checkpoints hold it.</summary>
internal abstract class Optimiser(OptimiserOptions options, Backend backend)
{
    protected OptimiserOptions Options { get; } = options;

    protected Backend Backend { get; } = backend;

    /// <summary>What a checkpoint keeps beside the moments. Written in place when a run resumes.</summary>
    public virtual IEnumerable<(string Name, Tensor Tensor)> State => [];

    /// <summary>Names of what is remembered of a weight with so many axes.</summary>
    public abstract IReadOnlyList<string> MomentNames(int rank);

    public static Optimiser Create(OptimiserOptions options, Backend backend) => options.Kind switch
    {
        OptimiserKind.Adam => new AdamOptimiser(options, backend),
        OptimiserKind.Muon => new MuonOptimiser(options, backend),
        OptimiserKind.Signum => new SignumOptimiser(options, backend),
        var kind => throw OptionException.Invalid($"The optimiser {kind} is not known.", $"Known are: {string.Join(", ", Enum.GetNames<OptimiserKind>())}."),
    };

    /// <summary>Changes <paramref name="weight"/> by its gradient.</summary>
    public abstract void Step(TrainedTensor weight, OptimiserStep step);

    /// <summary>Forgets row <paramref name="row"/> (of a vector: the number there), which has been given a new value.</summary>
    public virtual void Forget(TrainedTensor weight, int row)
    {
        foreach (var moment in weight.Moments) Fill(moment, row, null);
    }

    /// <summary>Overwrites a row with that of <paramref name="from"/>, or with zeros.</summary>
    protected static void Fill(Tensor to, int row, Tensor? from)
    {
        var length = to.Rank == 1 ? 1 : to.Columns;
        for (var i = (long)row * length; i < (row + 1L) * length; i++) to.Write(i, from?.Read(i) ?? 0);
    }

    /// <summary>The value a finished SAE has: that of training, unless the optimiser averages.</summary>
    public virtual Tensor Finished(TrainedTensor weight) => weight.Value;
}

/// <summary>One step.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Rate">Its learning rate.</param>
/// <param name="GradientScale">Factor on the gradients, from clipping.</param>
internal readonly record struct OptimiserStep(int Number, double Rate, double GradientScale);
