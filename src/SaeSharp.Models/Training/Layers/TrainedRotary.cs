using SaeSharp.Models.Blocks;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>Rotates queries and keys by their positions, and gradients back.</summary>
internal sealed class TrainedRotary(Positions.Rotary rotary, int context, DType type)
{
    private readonly RotaryPositions _tables = new(rotary, context, type);

    /// <summary>x [rows, heads, dHead], in place.</summary>
    public void Rotate(StepContext step, Tensor x, bool inverse)
    {
        var batch = step.Batch;
        if (rotary.Scaling is RotaryScaling.Fixed)
        {
            step.Backend.Rotary(x, batch.Positions, _tables.For(batch.LongestSequence), x, inverse);
            return;
        }
        foreach (var (start, count) in batch.Sequences)
        {
            var rows = x.Rows(start, count);
            step.Backend.Rotary(rows, batch.Positions.Slice(start, count), _tables.For(count), rows, inverse);
        }
    }
}
