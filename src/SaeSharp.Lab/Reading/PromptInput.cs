namespace SaeSharp.Lab.Reading;

/// <summary>A prompt for a model: a text, or token ids taken as they are.</summary>
public abstract record PromptInput : ChatInput
{
    /// <summary>Model: a folder with config.json and weights, a GGUF or llama2.c file, or a name in the workspace.</summary>
    public required string Model { get; init; }

    /// <summary>The prompt as text. What the tokenizer adds (BOS) is added, unless NoSpecial.</summary>
    public string? Prompt { get; init; }

    /// <summary>The prompt as token ids, taken as they are; nothing is prepended.</summary>
    public IReadOnlyList<int>? Ids { get; init; }

    /// <summary>Do not add what the tokenizer adds around a text (BOS).</summary>
    public bool NoSpecial { get; init; }
}
