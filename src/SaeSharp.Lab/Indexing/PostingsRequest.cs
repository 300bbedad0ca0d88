namespace SaeSharp.Lab.Indexing;

/// <summary>Every place where a feature fires, a part at a time, from an index that keeps its firings (sae index --postings).</summary>
public sealed record PostingsRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>The feature's index, from 0.</summary>
    public required int Feature { get; init; }
    /// <summary>Name of the index; left out: the newest of exactly this SAE's weights.</summary>
    public string? Index { get; init; }
    /// <summary>Places to pass over.</summary>
    public long Skip { get; init; }
    /// <summary>Places to return, at most 10,000.</summary>
    public int Take { get; init; } = 100;
}

/// <summary>A part of a feature's places.</summary>
/// <param name="Index">The index.</param>
/// <param name="Sae">The SAE's name.</param>
/// <param name="Feature">The feature's index.</param>
/// <param name="Fired">All its places.</param>
/// <param name="Postings">This part, in the order of the corpus.</param>
public sealed record PostingsResult(IndexInfo Index, string Sae, int Feature, long Fired, IReadOnlyList<Posting> Postings);

/// <summary>A place where a feature fires.</summary>
/// <param name="Document">The document's number in the corpus, from 0.</param>
/// <param name="Window">The window's number, from 0: what the model read as one sequence.</param>
/// <param name="Position">The token's place in its window, from 0 at BOS.</param>
/// <param name="Id">Token id.</param>
/// <param name="Text">Its text.</param>
/// <param name="Value">The feature's value there.</param>
public sealed record Posting(long Document, int Window, int Position, int Id, string Text, double Value);
