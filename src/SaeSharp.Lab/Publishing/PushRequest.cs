namespace SaeSharp.Lab.Publishing;

/// <summary>Puts an SAE onto the hub as a SAELens folder, with a model card, in one commit. Needs a token that may write (HF_TOKEN).</summary>
public sealed record PushRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>OWNER/NAME; made where it is not there yet.</summary>
    public required string Repository { get; init; }
    /// <summary>Folder in the repository; left out: the hook's name, so that a repository can hold an SAE of every layer.</summary>
    public string? Folder { get; init; }
    /// <summary>OWNER/NAME of the language model, for the card and the config; left out: as the SAE's config names it.</summary>
    public string? Model { get; init; }
    /// <summary>Only people with rights may see a repository that is made.</summary>
    public bool Private { get; init; }
    /// <summary>Write the card and say what would be sent, and send nothing.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What was sent, or would be.</summary>
public sealed record PushResult
{
    /// <summary>The repository.</summary>
    public required string Repository { get; init; }
    /// <summary>The commit; null for a dry run.</summary>
    public string? Commit { get; init; }
    /// <summary>The files.</summary>
    public required IReadOnlyList<PulledFile> Files { get; init; }
    /// <summary>The model card.</summary>
    public required string Card { get; init; }
    /// <summary>What others fetch it by.</summary>
    public required string Name { get; init; }
    /// <summary>Whether nothing was sent because --dry-run asked so.</summary>
    public required bool DryRun { get; init; }
}
