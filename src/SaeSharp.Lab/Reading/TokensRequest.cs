namespace SaeSharp.Lab.Reading;

/// <summary>Token ids, strings and offsets of texts; or the texts of token ids.</summary>
public sealed record TokensRequest : ChatInput
{
    /// <summary>A model (folder, file, name in the workspace or on the hub), or a file of a tokenizer such as tokenizer.json.</summary>
    public required string Model { get; init; }
    /// <summary>One text.</summary>
    public string? Text { get; init; }
    /// <summary>Texts: .txt (one a line), .jsonl, .csv or .parquet, also packed as .gz or .zst; several files, folders and patterns.</summary>
    public string? Texts { get; init; }
    /// <summary>Field or column of the file that holds the text.</summary>
    public string Field { get; init; } = "text";
    /// <summary>How a .txt is cut: line, blank (empty lines), none, or a separating text such as &lt;|endoftext|&gt;.</summary>
    public string Split { get; init; } = "line";
    /// <summary>A JSON file [[1,2,3],[..]] of token ids to decode instead.</summary>
    public string? IdsFile { get; init; }
    /// <summary>Do not add what the tokenizer adds around a text (BOS).</summary>
    public bool NoSpecial { get; init; }
}

/// <summary>One line a text, in the order given.</summary>
/// <param name="Lines">The lines.</param>
public sealed record TokensResult(IReadOnlyList<TokenLine> Lines);

/// <summary>One text as tokens, or one list of ids as text.</summary>
public sealed record TokenLine
{
    /// <summary>Token ids; null where ids were decoded.</summary>
    public IReadOnlyList<int>? Ids { get; init; }
    /// <summary>Token strings as the vocabulary spells them.</summary>
    public IReadOnlyList<string>? Tokens { get; init; }
    /// <summary>[start, end) of each token in the text, in UTF-16 units.</summary>
    public IReadOnlyList<int[]>? Offsets { get; init; }
    /// <summary>The decoded text; null where a text was encoded.</summary>
    public string? Text { get; init; }
    /// <summary>The text that the chat template made, in which the offsets count; null without one.</summary>
    public string? PromptText { get; init; }
    /// <summary>Whether each token was written by the chat template and not by a message; null without one.</summary>
    public IReadOnlyList<bool>? IsTemplate { get; init; }
}
