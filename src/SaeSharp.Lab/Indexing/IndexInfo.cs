namespace SaeSharp.Lab.Indexing;

/// <summary>What an index is and what it was made from, so that a page never mixes two runs.</summary>
public sealed record IndexInfo
{
    /// <summary>Name of the folder in <c>indexes/</c>.</summary>
    public required string Name { get; init; }
    /// <summary>The folder.</summary>
    public required string Path { get; init; }
    /// <summary>Name of the SAE.</summary>
    public required string Sae { get; init; }
    /// <summary>SHA-256 of the SAE's weights.</summary>
    public required string SaeSha256 { get; init; }
    /// <summary>Name of the model in the workspace, or where it lies outside.</summary>
    public required string Model { get; init; }
    /// <summary>SHA-256 of the model's config and weights.</summary>
    public required string ModelSha256 { get; init; }
    /// <summary>Hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>The corpus: its path, relative to the workspace where it lies inside.</summary>
    public required string Corpus { get; init; }
    /// <summary>SHA-256 of the corpus file.</summary>
    public required string CorpusSha256 { get; init; }
    /// <summary>Tokens counted: N of every density.</summary>
    public required long Tokens { get; init; }
    /// <summary>Documents read.</summary>
    public required long Documents { get; init; }
    /// <summary>Longest window in tokens.</summary>
    public required int Context { get; init; }
    /// <summary>Number of features.</summary>
    public required int DSae { get; init; }
    /// <summary>When it was made, UTC.</summary>
    public required DateTime Made { get; init; }
    /// <summary>Version of the file layout.</summary>
    public required int Layout { get; init; }
    /// <summary>Whether it keeps every firing (<c>postings.parquet</c>) and the tokens (<c>corpus.parquet</c>), so that text can be added and parts merged.</summary>
    public bool Postings { get; init; }
    /// <summary>SHA-256 of <c>postings.parquet</c> and <c>corpus.parquet</c> by name, which are read again for merging; null where they are not kept.</summary>
    public IReadOnlyDictionary<string, string>? Sums { get; init; }
    /// <summary>How it was made; null for one of an earlier version.</summary>
    public IndexSettings? Settings { get; init; }
    /// <summary>The texts it was made over, one after another; null for one of an earlier version.</summary>
    public IReadOnlyList<IndexPart>? Parts { get; init; }
}
