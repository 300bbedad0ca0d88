using System.Text.Json;
using SaeSharp.Models.Chat.Values;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Chat;

/// <summary>Messages in order, each with a role and a content, and the tools that may be called.</summary>
public sealed class Conversation
{
    private Conversation(IReadOnlyList<DictValue> messages, Value tools, Value documents, long length) => (Messages, Tools, Documents, Length) = (messages, tools, documents, length);

    /// <summary>How many messages it has.</summary>
    public int Count => Messages.Count;

    internal IReadOnlyList<DictValue> Messages { get; }

    internal Value Tools { get; }

    internal Value Documents { get; }

    /// <summary>Bytes of its JSON: what the bounds of a rendering grow with.</summary>
    internal long Length { get; }

    /// <summary>One message of a user, after a system message where one is given.</summary>
    public static Conversation OfUser(string content, string? system = null) => Of(system is null ? [("user", content)] : [("system", system), ("user", content)]);

    /// <summary>Messages of plain text.</summary>
    public static Conversation Of(params IEnumerable<(string Role, string Content)> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Of(JsonSerializer.SerializeToElement(messages.Select(message => new Dictionary<string, string> { ["role"] = message.Role, ["content"] = message.Content })));
    }

    /// <summary>A JSON file with a list of messages, or with an object that has <c>messages</c> and may have <c>tools</c> and <c>documents</c>.</summary>
    /// <exception cref="FileException">There is no such file, or it is no JSON.</exception>
    /// <exception cref="ChatTemplateException">It holds something else.</exception>
    public static Conversation Read(string path) => Of(StrictJson.Read(path));

    /// <inheritdoc cref="Read"/>
    public static Conversation Of(JsonElement json)
    {
        var hasParts = json.ValueKind == JsonValueKind.Object;
        var messages = !hasParts ? json : json.TryGetProperty("messages", out var listed) ? listed : throw ChatTemplateException.NoConversation("The conversation is an object without messages.");
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0) throw ChatTemplateException.NoConversation($"The conversation is {(messages.ValueKind == JsonValueKind.Array ? "an empty list" : $"a {messages.ValueKind}")}, expected a list of messages.");
        foreach (var (i, message) in messages.EnumerateArray().Index())
            if (message.ValueKind != JsonValueKind.Object) throw ChatTemplateException.NoConversation($"Message {i} is a {message.ValueKind}, expected an object with a role and a content.");
        Value Part(string name) => hasParts && json.TryGetProperty(name, out var part) ? JsonValues.Of(part) : NoneValue.Instance;
        return new([.. messages.EnumerateArray().Select(JsonValues.Message)], Part("tools"), Part("documents"), json.GetRawText().Length);
    }
}
