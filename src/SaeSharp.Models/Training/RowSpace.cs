using SaeSharp.Numerics;

namespace SaeSharp.Models.Training;

/// <summary>Memory for numbers that a pass keeps for each row of a batch. It stays from step to step and grows with the largest batch.</summary>
internal sealed class RowSpace(DType type)
{
    private readonly Dictionary<(RowSlot Slot, int Width), RowTensor> _shared = [];

    /// <summary>Rows of the batch at hand.</summary>
    public int Rows { get; set; }

    /// <summary>F32 or F64.</summary>
    public DType Type => type;

    /// <summary>Bytes held.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Memory of its own: what the way back needs of the way there.</summary>
    public RowTensor Own(params int[] axes) => new(this, axes);

    /// <summary>Memory for a moment, which layers share: the same for the same slot and width.</summary>
    public RowTensor Shared(RowSlot slot, params int[] axes)
    {
        var key = (slot, axes.Aggregate(1, (product, axis) => product * axis));
        if (!_shared.TryGetValue(key, out var known)) _shared[key] = known = new(this, axes);
        return known;
    }
}

/// <summary>What shared memory is for; two that are in use at one time need two slots.</summary>
internal enum RowSlot
{
    Added,
    AddedGradient,
    NormedGradient,
    Query,
    Key,
    Value,
    Mixed,
    Hidden,
    HiddenGradient,
    GateGradient,
    StreamGradient,
    Place,
}
