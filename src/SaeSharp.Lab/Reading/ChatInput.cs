namespace SaeSharp.Lab.Reading;

/// <summary>Whether a prompt is a message to a chat model, and what is said before it.</summary>
public abstract record ChatInput
{
    /// <summary>Take the prompt as a user's message and put the model's chat template around it. Each of the options below asks for that, too.</summary>
    public bool Chat { get; init; }

    /// <summary>A system message before the prompt, which is then a user's message.</summary>
    public string? System { get; init; }

    /// <summary>What was said before the prompt, in turn: a message of the user, the assistant's answer to it, and so on.</summary>
    public IReadOnlyList<string> Turns { get; init; } = [];

    /// <summary>A JSON file with a whole conversation, [{"role":"user","content":"Hello"}], or with an object of messages, tools and documents; stands for the prompt.</summary>
    public string? Messages { get; init; }

    /// <summary>End a conversation with its last message, not with the beginning of the assistant's answer.</summary>
    public bool NoGenerationPrompt { get; init; }

    /// <summary>Read a control token that a message spells as that token; otherwise only the template writes control tokens.</summary>
    public bool ControlTokens { get; init; }

    /// <summary>Variables of the template, written NAME=JSON, such as enable_thinking=false.</summary>
    public IReadOnlyList<string> ChatVariables { get; init; } = [];
}
