using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training;

/// <summary>Trains one SAE on an <see cref="ActivationSource"/>.</summary>
public sealed class SaeTrainer
{
    /// <param name="config">What to train. <see cref="SaeConfig.NormalizeActivations"/> stays None: the trained SAE reads raw activations.</param>
    /// <param name="options">How.</param>
    /// <param name="source">On what.</param>
    /// <param name="backend">Where.</param>
    /// <param name="precision">f32, or f64 for oracles.</param>
    public SaeTrainer(SaeConfig config, TrainingOptions options, ActivationSource source, Backend backend, DType precision = DType.F32) => throw new NotImplementedException();

    /// <summary>A trainer that goes on from the newest checkpoint in <paramref name="folder"/>; a new one where there is none.</summary>
    /// <exception cref="TrainingException">The checkpoint was made with other options.</exception>
    public static SaeTrainer Resume(string folder, SaeConfig config, TrainingOptions options, ActivationSource source, Backend backend) => throw new NotImplementedException();

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Trains to the last step and returns the SAE for raw activations. On cancellation a checkpoint is written first.</summary>
    /// <param name="checkpoints">Folder of the checkpoints; null writes none.</param>
    /// <param name="onStep">Called after every step, on this thread.</param>
    /// <param name="cancel">Stops after the step in progress.</param>
    public SparseAutoencoder Run(string? checkpoints, Action<StepReport>? onStep, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>The SAE as trained so far, for raw activations.</summary>
    public SparseAutoencoder Snapshot() => throw new NotImplementedException();
}
