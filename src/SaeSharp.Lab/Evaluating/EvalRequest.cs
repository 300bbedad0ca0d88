using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Evaluating;

/// <summary>How well an SAE stands in for the activations of its model.</summary>
public sealed record EvalRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>Model; left out: the one the SAE was trained on, where it is in the workspace.</summary>
    public string? Model { get; init; }
    /// <summary>The texts and their windows.</summary>
    public required CorpusOptions Corpus { get; init; }
    /// <summary>Stop after this many tokens; 0 takes all.</summary>
    public long Tokens { get; init; }
    /// <summary>Tokens a batch.</summary>
    public int Batch { get; init; } = 4096;
}
