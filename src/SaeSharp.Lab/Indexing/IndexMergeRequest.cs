namespace SaeSharp.Lab.Indexing;

/// <summary>Merge indexes of one SAE over different texts, made by several machines or at several times, into one: equal to an index of all the texts.</summary>
public sealed record IndexMergeRequest
{
    /// <summary>Indexes that keep their firings (sae index --postings), in the order of their texts: names in the workspace, or folders.</summary>
    public required IReadOnlyList<string> Parts { get; init; }
    /// <summary>Model; left out: the one that the first part names.</summary>
    public string? Model { get; init; }
}
