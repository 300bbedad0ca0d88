using System.Text.Json.Serialization;

namespace SaeSharp.Lab.Reading;

/// <summary>Export activations of texts at hook points to a safetensors file.</summary>
public sealed record ActivationsRequest : ChatInput
{
    /// <summary>Model: a folder with config.json and weights, a GGUF or llama2.c file, a name in the workspace, or a name on the hub that was fetched (sae pull).</summary>
    public required string Model { get; init; }
    /// <summary>One text.</summary>
    public string? Text { get; init; }
    /// <summary>Texts: .txt (one a line), .jsonl, .csv or .parquet, also packed as .gz or .zst; several files, folders and patterns.</summary>
    public string? Texts { get; init; }
    /// <summary>Field or column of the file that holds the text.</summary>
    public string Field { get; init; } = "text";
    /// <summary>How a .txt is cut: line, blank (empty lines), none, or a separating text.</summary>
    public string Split { get; init; } = "line";
    /// <summary>One prompt as token ids, taken as they are.</summary>
    public IReadOnlyList<int>? Ids { get; init; }
    /// <summary>A JSON file [[1,2,3],[..]] of token ids, taken as they are.</summary>
    public string? IdsFile { get; init; }
    /// <summary>Do not add what the tokenizer adds around a text (BOS).</summary>
    public bool NoSpecial { get; init; }
    /// <summary>Hook points to export.</summary>
    public IReadOnlyList<string> Hooks { get; init; } = [];
    /// <summary>Export the logits too.</summary>
    public bool Logits { get; init; }
    /// <summary>A JSON file with a list of edits to apply.</summary>
    public string? Edits { get; init; }
    /// <summary>The safetensors file to write: {n}.{hook} [pos, ..], {n}.logits [pos, dVocab], {n}.ids [pos].</summary>
    public required string Out { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Out">The file.</param>
/// <param name="Prompts">Number of prompts.</param>
/// <param name="Tokens">Number of tokens in all.</param>
/// <param name="Tensors">Name and shape of every tensor.</param>
/// <param name="PromptText">The one prompt as the chat template made it; left out for plain ones, and for several.</param>
public sealed record ActivationsResult(string Out, int Prompts, long Tokens, IReadOnlyList<WrittenTensor> Tensors, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PromptText = null);

/// <summary>A tensor that was written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape.</param>
public sealed record WrittenTensor(string Name, IReadOnlyList<long> Shape);
