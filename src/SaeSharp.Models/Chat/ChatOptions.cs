using System.Text.Json;

namespace SaeSharp.Models.Chat;

/// <summary>How a conversation becomes a prompt.</summary>
public sealed record ChatOptions
{
    /// <summary>Ends the prompt with the beginning of the assistant's answer. Default on.</summary>
    public bool GenerationPrompt { get; init; } = true;

    /// <summary>Which of a model's templates; left out, <c>tool_use</c> where the conversation has tools and the model such a template, else <c>default</c>.</summary>
    public string? Template { get; init; }

    /// <summary>Variables that some templates know, for example <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What time it is for a template that writes the date. Default the machine's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
