namespace SaeSharp.Lab.Reading;

/// <summary>A prompt for a model: a text, or token ids taken as they are.</summary>
public abstract record PromptInput : ChatInput
{
    /// <summary>Model: a folder with config.json and weights, a GGUF or llama2.c file, a name in the workspace, or a name on the hub that was fetched (sae pull).</summary>
    public required string Model { get; init; }

    /// <summary>The prompt as text. What the tokenizer adds (BOS) is added, too.</summary>
    public string? Prompt { get; init; }

    /// <summary>The prompt as token ids, taken as they are; nothing is prepended.</summary>
    public IReadOnlyList<int>? Ids { get; init; }

    /// <summary>Do not add what the tokenizer adds around a text (BOS).</summary>
    public bool NoSpecial { get; init; }
}
