using SaeSharp.Lab.Indexing;

namespace SaeSharp.Lab.Training;

/// <summary>Train and index in one go, with settings that suit the model's size.</summary>
public sealed record TryRequest
{
    /// <summary>Model: a folder, a file, a name in the workspace, or a name on the hub that was fetched (sae pull); left out: the tiny random model that comes with the program.</summary>
    public string? Model { get; init; }
    /// <summary>Texts: .txt, .jsonl, .csv or .parquet, also packed as .gz or .zst; several files, folders and patterns. Left out: the text that comes with the program.</summary>
    public string? Texts { get; init; }
    /// <summary>How a .txt is cut into documents: line, blank, none, or a separating text.</summary>
    public string Split { get; init; } = "blank";
    /// <summary>Training tokens; 0 takes what about a minute allows.</summary>
    public long Tokens { get; init; }
}

/// <summary>What <c>sae try</c> made, ready to be shown.</summary>
/// <param name="Model">The model.</param>
/// <param name="Train">The SAEs.</param>
/// <param name="Indexes">Their indexes.</param>
public sealed record TryResult(string Model, TrainResult Train, IReadOnlyList<IndexedSae> Indexes);
