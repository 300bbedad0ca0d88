namespace SaeSharp.Lab.Reading;

/// <summary>A language model at a glance.</summary>
public sealed record ModelInfo
{
    /// <summary>What it is called by: its name in the workspace, or its path.</summary>
    public required string Name { get; init; }
    /// <summary>The folder or file it was read from.</summary>
    public required string Path { get; init; }
    /// <summary>The family whose table it was read by, e.g. <c>llama</c>.</summary>
    public required string Family { get; init; }
    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }
    /// <summary>Width of the residual stream.</summary>
    public required int DModel { get; init; }
    /// <summary>Attention heads a layer.</summary>
    public required int Heads { get; init; }
    /// <summary>Heads of keys and values a layer (fewer than Heads where heads share them).</summary>
    public required int KeyValueHeads { get; init; }
    /// <summary>Width of one head.</summary>
    public required int DHead { get; init; }
    /// <summary>Width of the MLP's hidden layer.</summary>
    public required int DMlp { get; init; }
    /// <summary>Size of the vocabulary.</summary>
    public required int DVocab { get; init; }
    /// <summary>Longest context the model was made for, in tokens; null where its config does not say.</summary>
    public int? Context { get; init; }
    /// <summary>Number of parameters.</summary>
    public required long Parameters { get; init; }
    /// <summary>Bytes of its weights as they stand in memory.</summary>
    public required long WeightBytes { get; init; }
    /// <summary>Whether there is a tokenizer with it; without one, only token ids can be given.</summary>
    public required bool HasTokenizer { get; init; }
    /// <summary>Every hook point, in the order of the forward pass.</summary>
    public required IReadOnlyList<string> Hooks { get; init; }
}
