using System.Text.Json.Serialization;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Stores;

namespace SaeSharp.Lab.Reading;

/// <summary>Export activations of texts at hook points: of prompts to a safetensors file, or of a corpus to an activation store that sae train --activations reads.</summary>
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
    /// <summary>How a .txt is cut: line, blank (empty lines), none, or a separating text. Left out: line for prompts, blank for a store, as sae train has it.</summary>
    public string? Split { get; init; }
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
    /// <summary>What to write: a file that ends in .safetensors with {n}.{hook} [pos, ..], {n}.logits [pos, dVocab], {n}.ids [pos]; or the folder of an activation store, with the activations of all tokens that count. A store that was begun is gone on with; missing and damaged shards are made anew.</summary>
    public required string Out { get; init; }
    /// <summary>How a store keeps activations: f32, or bf16 in half the space.</summary>
    public StoreType Dtype { get; init; } = StoreType.Bf16;
    /// <summary>SAEs as whose sparse codes a store keeps the hooks that they read, in place of their numbers: smaller, and with the error that the codes have. Whoever reads the store gets activations all the same.</summary>
    public IReadOnlyList<string> Coder { get; init; } = [];
    /// <summary>Bits of each number of what the codes leave, kept beside them: 4 or 8; 0 keeps the codes alone.</summary>
    public int ResidualBits { get; init; }
    /// <summary>Size of a store's files in MiB (before hooks are coded).</summary>
    public int ShardMiB { get; init; } = 128;
    /// <summary>Longest window of a store in tokens, BOS included.</summary>
    public int Context { get; init; } = 256;
    /// <summary>Windows of a store: document (one a document, the rest of a longer one unused) or packed (documents one after another).</summary>
    public WindowKind Window { get; init; } = WindowKind.Document;
    /// <summary>Positions that a store leaves out: bos, or none.</summary>
    public SkippedPositions SkipPositions { get; init; } = SkippedPositions.Bos;
    /// <summary>Documents with fewer token ids than this (BOS not counted) are left out of a store.</summary>
    public int MinDocument { get; init; } = 1;

    /// <summary>Whether a store is asked for.</summary>
    internal bool MakesStore => !Out.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
}

/// <summary>What was written.</summary>
/// <param name="Out">The file.</param>
/// <param name="Prompts">Number of prompts.</param>
/// <param name="Tokens">Number of tokens in all.</param>
/// <param name="Tensors">Name and shape of every tensor.</param>
/// <param name="PromptText">The one prompt as the chat template made it; left out for plain ones, and for several.</param>
/// <param name="Store">The store, where one was asked for.</param>
public sealed record ActivationsResult(
    string Out, long Prompts, long Tokens, IReadOnlyList<WrittenTensor> Tensors, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PromptText = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StoreSummary? Store = null);

/// <summary>A tensor that was written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape.</param>
public sealed record WrittenTensor(string Name, IReadOnlyList<long> Shape);
