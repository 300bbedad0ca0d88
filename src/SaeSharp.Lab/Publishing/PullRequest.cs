namespace SaeSharp.Lab.Publishing;

/// <summary>Fetches a model, SAEs or a data set from the hub into the cache that all tools of Hugging Face share. Afterwards the name works as MODEL or SAE everywhere. An interrupted download goes on where it stopped.</summary>
public sealed record PullRequest
{
    /// <summary>OWNER/NAME[@REVISION] of a model or of SAEs (then /FOLDER for one of them), RELEASE[/ID] as papers name SAEs, or a model's short name such as gpt2-small. hub: or release: before it says which is meant.</summary>
    public string? Target { get; init; }
    /// <summary>A data set instead: OWNER/NAME[@REVISION]. Its Parquet files are fetched.</summary>
    public string? Dataset { get; init; }
    /// <summary>Split of the data set; left out: train, or all where there is none of that name.</summary>
    public string? Split { get; init; }
    /// <summary>Patterns of the files to fetch (* and ?, also across folders) instead of those that are needed.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
    /// <summary>Say what would be fetched, with sizes, and fetch nothing.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What was fetched, or would be.</summary>
public sealed record PullResult
{
    /// <summary>The repository, with its revision where it is not the newest.</summary>
    public required string Repository { get; init; }
    /// <summary>The commit.</summary>
    public required string Commit { get; init; }
    /// <summary>Its folder in the cache.</summary>
    public required string Folder { get; init; }
    /// <summary>What it is.</summary>
    public required PulledKind Kind { get; init; }
    /// <summary>What to call it by: MODEL or SAE of every verb, or --texts for a data set.</summary>
    public required IReadOnlyList<string> Names { get; init; }
    /// <summary>The files.</summary>
    public required IReadOnlyList<PulledFile> Files { get; init; }
    /// <summary>Their bytes.</summary>
    public required long Bytes { get; init; }
    /// <summary>Bytes that came over the network, or would.</summary>
    public required long Fetched { get; init; }
    /// <summary>Loader that the SAEs need and this version does not have; null where all is well.</summary>
    public string? LoaderMissing { get; init; }
    /// <summary>Files whose names may not be written to a disk; never fetched.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];
    /// <summary>Whether nothing was fetched because --dry-run asked so.</summary>
    public required bool DryRun { get; init; }
}

/// <summary>What a repository was taken for.</summary>
public enum PulledKind
{
    /// <summary>A language model.</summary>
    Model,
    /// <summary>One SAE or several.</summary>
    Saes,
    /// <summary>A data set.</summary>
    Dataset,
    /// <summary>Files chosen by patterns.</summary>
    Files,
}

/// <summary>One file of a download.</summary>
/// <param name="Path">In the repository.</param>
/// <param name="Bytes">Its size; null where the hub does not say.</param>
public sealed record PulledFile(string Path, long? Bytes);
