using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Training;

/// <summary>What all layers of a pass share: what computes, the batch, and whether the parameters' gradients are wanted.</summary>
internal sealed class StepContext(Backend backend, RowSpace space)
{
    public Backend Backend => backend;

    public RowSpace Space => space;

    /// <summary>The batch at hand.</summary>
    public TrainingBatch Batch { get; private set; } = new(1);

    /// <summary>Whether the way back adds to the parameters' gradients; without, only activations get theirs.</summary>
    public bool LearnsParameters { get; set; } = true;

    public void Begin(TrainingBatch batch)
    {
        Batch = batch;
        space.Rows = batch.Rows;
    }
}
