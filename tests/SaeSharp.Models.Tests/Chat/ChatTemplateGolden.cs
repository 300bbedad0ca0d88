using System.Text.Json;
using SaeSharp.Models.Chat;

namespace SaeSharp.Models.Tests.Chat;

/// <summary>Conversations rendered by transformers' own renderer, through templates of the kinds in use.</summary>
public class ChatTemplateGolden
{
    public static TheoryData<int> Cases
    {
        get
        {
            if (!SharedFiles.Present) return [0];
            return [.. Enumerable.Range(0, Root().GetProperty("cases").GetArrayLength())];
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_stored_conversation_gives_the_same_text_or_the_same_refusal(int index)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var root = Root();
        var row = root.GetProperty("cases")[index];
        var tokens = root.GetProperty("variables").EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetString()!);
        var template = ChatTemplate.Parse(root.GetProperty("templates").GetProperty(row.GetProperty("template").GetString()!).GetString()!, tokens);
        var options = new ChatOptions { GenerationPrompt = row.GetProperty("add_generation_prompt").GetBoolean() };
        if (row.TryGetProperty("error", out var error))
        {
            var refused = Assert.Throws<ChatTemplateException>(() => template.Render(Chat(root, row), options));
            Assert.Equal((error.GetString(), row.GetProperty("error_type").GetString()), (refused.Message, refused.Kind));
        }
        else Assert.Equal(row.GetProperty("text").GetString(), template.Render(Chat(root, row), options).Text);
    }

    private static Conversation Chat(JsonElement root, JsonElement row)
    {
        var name = row.GetProperty("chat").GetString()!.Replace("_with_tools", "", StringComparison.Ordinal);
        var tools = row.TryGetProperty("tools", out var used) && used.ValueKind is not (JsonValueKind.False or JsonValueKind.Null) ? root.GetProperty("tools") : default(JsonElement?);
        return Conversation.Of(JsonSerializer.SerializeToElement(new { messages = root.GetProperty("chats").GetProperty(name), tools }));
    }

    private static JsonElement Root() => JsonDocument.Parse(File.ReadAllText(SharedFiles.At("golden", "models", "chat_templates.json"))).RootElement;
}
