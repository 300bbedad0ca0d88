namespace SaeSharp.Lab.Indexing;

/// <summary>Which parts of the model a feature's decoder row stands along: its own coordinates, the neurons that write to its hook, the heads that do. By the weights alone, not by what happens on a text.</summary>
public sealed record Attribution
{
    /// <summary>The hook that the decoder row writes to.</summary>
    public required string Hook { get; init; }
    /// <summary>The largest coordinates of the decoder row by size; others call this neuron alignment, which it is at an MLP's neurons (hook_post).</summary>
    public required IReadOnlyList<RowCoordinate> Coordinates { get; init; }
    /// <summary>The neurons whose output directions are most parallel to the decoder row, or most opposed, of all MLPs at or before the hook.</summary>
    public required IReadOnlyList<AlignedNeuron> Neurons { get; init; }
    /// <summary>How many neurons were compared.</summary>
    public required int NeuronsCompared { get; init; }
    /// <summary>The heads in whose output space most of the decoder row lies, of all attention layers at or before the hook; at hook_z every head's part of the row.</summary>
    public required IReadOnlyList<HeadShare> Heads { get; init; }
    /// <summary>How many heads were compared.</summary>
    public required int HeadsCompared { get; init; }
    /// <summary>Why there are neither neurons nor heads, or none of one kind; null where there are both.</summary>
    public string? Reason { get; init; }
}

/// <summary>A coordinate of the decoder row.</summary>
/// <param name="Index">Which number of the row.</param>
/// <param name="Value">It, in a row of length 1.</param>
/// <param name="ShareOfL1">|value| ÷ Σ|all values of the row|.</param>
public sealed record RowCoordinate(int Index, double Value, double ShareOfL1);

/// <summary>A neuron that writes along the decoder row.</summary>
/// <param name="Layer">Its layer.</param>
/// <param name="Expert">Which of several MLPs of the layer; null where there is one.</param>
/// <param name="Neuron">Its number in the MLP.</param>
/// <param name="Cosine">Of its output direction and the decoder row; below 0 where it writes against it.</param>
public sealed record AlignedNeuron(int Layer, string? Expert, int Neuron, double Cosine);

/// <summary>A head's part of the decoder row.</summary>
/// <param name="Layer">Its layer.</param>
/// <param name="Head">Its number.</param>
/// <param name="Share">Share of the row's squared length: of its projection on what the head can write (the rows of its part of W_O), or at hook_z of the head's own numbers.</param>
/// <param name="Chance">The mean share of a row of random direction.</param>
/// <param name="ShareOfLengths">At hook_z: length of the head's part ÷ the sum of the parts' lengths, as others show it; null elsewhere.</param>
public sealed record HeadShare(int Layer, int Head, double Share, double Chance, double? ShareOfLengths = null);
