namespace SaeSharp.Lab.Harvesting;

/// <summary>Which tokens a verb runs over: the texts, how they are cut into windows, and which positions count.</summary>
public sealed record CorpusOptions
{
    /// <summary>Texts: .txt, .jsonl (field text), .csv with a header (column text) or .parquet (column text, or token ids in input_ids), also packed as .gz or .zst; several files, folders and patterns.</summary>
    public string? Texts { get; init; }

    /// <summary>Field or column that holds the text.</summary>
    public string Field { get; init; } = "text";

    /// <summary>How a .txt is cut into documents: line, blank (empty lines), none, or a separating text such as &lt;|endoftext|&gt;.</summary>
    public string Split { get; init; } = "blank";

    /// <summary>A JSON file [[1,2,3],[..]] of token ids, one list a document, taken as they are; nothing is prepended.</summary>
    public string? IdsFile { get; init; }

    /// <summary>Longest window in tokens, BOS included.</summary>
    public int Context { get; init; } = 256;

    /// <summary>document: one window a document, the rest of a longer one unused. packed: documents one after another, cut into windows of the context's length.</summary>
    public WindowKind Window { get; init; } = WindowKind.Document;

    /// <summary>Positions that are neither trained on, encoded, counted nor replaced: bos, or none.</summary>
    public SkippedPositions SkipPositions { get; init; } = SkippedPositions.Bos;

    /// <summary>Documents with fewer token ids than this (BOS not counted) are left out.</summary>
    public int MinDocument { get; init; } = 1;

    /// <summary>Do not add what the tokenizer adds around a text (BOS).</summary>
    public bool NoSpecial { get; init; }
}

/// <summary>How documents become windows.</summary>
public enum WindowKind
{
    /// <summary>One window a document: BOS, then its first tokens.</summary>
    Document,
    /// <summary>Documents one after another, each with its BOS, cut into windows of the context's length; each window begins with BOS.</summary>
    Packed,
}

/// <summary>Positions that do not count.</summary>
public enum SkippedPositions
{
    /// <summary>BOS tokens.</summary>
    Bos,
    /// <summary>None.</summary>
    None,
}
