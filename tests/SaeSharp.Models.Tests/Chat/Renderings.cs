using System.Text.Json;
using SaeSharp.Models.Chat;

namespace SaeSharp.Models.Tests.Chat;

/// <summary>Short ways to render.</summary>
internal static class Renderings
{
    private static readonly Dictionary<string, string> Tokens = new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };

    /// <summary>What the template prints for a user's "Hi", with the variables of a JSON object.</summary>
    public static string Text(string template, string variables = "{}") => ChatTemplate.Parse(template, Tokens).Render(Conversation.OfUser("Hi"), new() { Variables = Variables(variables) }).Text;

    public static RenderedChat Chat(string template, params (string Role, string Content)[] messages) => ChatTemplate.Parse(template, Tokens).Render(Conversation.Of(messages));

    private static Dictionary<string, JsonElement> Variables(string json) => JsonDocument.Parse(json).RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
}
