using System.Text.Json;
using SaeSharp.Models.Chat;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Reading;

/// <summary>Puts a model's chat template around messages.</summary>
internal sealed class ChatPrompts
{
    private readonly ChatInput _input;
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate _template;
    private readonly ChatOptions _options;

    private ChatPrompts(ChatInput input, string model, Tokenizer tokenizer) =>
        (_input, _tokenizer, _template, _options) = (input, tokenizer, ChatTemplate.Load(model), new() { GenerationPrompt = !input.NoGenerationPrompt, Variables = Variables(input.ChatVariables) });

    /// <summary>Whether the request asks for a chat template.</summary>
    public static bool AreAsked(ChatInput input) => input.Chat || input.System is not null || input.Turns.Count > 0 || input.Messages is not null
        || input.NoGenerationPrompt || input.ControlTokens || input.ChatVariables.Count > 0; // they mean nothing elsewhere

    /// <summary>For a request that asks for a chat template.</summary>
    /// <param name="input">The request.</param>
    /// <param name="model">The model's folder or file.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    public static ChatPrompts Open(ChatInput input, string model, Tokenizer tokenizer) => new(input, model, tokenizer);

    /// <summary>The conversation of the request: that of its file, or <paramref name="text"/> as a user's message.</summary>
    public TokenizedChat Of(string? text)
    {
        if (_input.Messages is null) return Encode(Conversation.Of(Messages(text ?? throw LabException.NoPrompt())));
        if (text is not null || _input.System is not null || _input.Turns.Count > 0) throw LabException.PromptBesideMessages();
        return Encode(Conversation.Read(_input.Messages));
    }

    private IEnumerable<(string Role, string Content)> Messages(string prompt)
    {
        if (_input.Turns.Count % 2 != 0) throw OptionException.Invalid($"The number of turns before the prompt is {_input.Turns.Count}, expected an even one: of the user, then of the assistant, and so on.", "The prompt itself is the user's last message.");
        return [.. _input.System is { } system ? [("system", system)] : Array.Empty<(string, string)>(), .. _input.Turns.Select((turn, i) => (i % 2 == 0 ? "user" : "assistant", turn)), ("user", prompt)];
    }

    private TokenizedChat Encode(Conversation conversation) => _template.Render(conversation, _options).Encode(_tokenizer, _input.ControlTokens);

    private static Dictionary<string, JsonElement> Variables(IReadOnlyList<string> texts)
    {
        var variables = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw OptionException.Invalid($"'{text}' sets no variable, expected NAME=JSON.", "Write for example enable_thinking=false, or date_string=\"1 May 2025\".");
            variables[text[..equals]] = Value(text[(equals + 1)..]);
        }
        return variables;
    }

    /// <summary>A JSON value; what is none is a text without its quotes.</summary>
    private static JsonElement Value(string text)
    {
        try
        {
            return StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes(text), "--chat-variable");
        }
        catch (FileException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}
