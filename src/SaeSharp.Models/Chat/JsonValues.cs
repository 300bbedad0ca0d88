using System.Globalization;
using System.Numerics;
using System.Text.Json;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat;

/// <summary>JSON as values of a template, every text in it marked as the conversation's.</summary>
internal static class JsonValues
{
    private const int LongestRole = 64;

    public static Value Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => TextValue.Content(json.GetString()!),
        JsonValueKind.Number => Number(json.GetRawText()),
        JsonValueKind.True => BoolValue.True,
        JsonValueKind.False => BoolValue.False,
        JsonValueKind.Array => new SequenceValue([.. json.EnumerateArray().Select(Of)]),
        JsonValueKind.Object => Members(json, Of),
        _ => NoneValue.Instance,
    };

    /// <summary>
    /// A message. Its role counts as the template's where it is one plain word: templates build control tokens from it (<c>'&lt;|' + role + '|&gt;'</c>), and a word by itself spells none.
    /// </summary>
    public static DictValue Message(JsonElement json)
    {
        var message = Members(json, Of);
        if (message.Find(new TextValue("role")) is TextValue { Text: { Length: > 0 and <= LongestRole } role } && role.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
            message.Members[new TextValue("role")] = new TextValue(role);
        return message;
    }

    private static DictValue Members(JsonElement json, Func<JsonElement, Value> read)
    {
        var members = DictValue.NewMembers();
        foreach (var member in json.EnumerateObject()) members[TextValue.Content(member.Name)] = read(member.Value);
        return new(members);
    }

    private static Value Number(string text) => text.AsSpan().IndexOfAny(".eE") >= 0
        ? new FloatValue(double.Parse(text, CultureInfo.InvariantCulture))
        : text.Length <= 4300 ? IntValue.Of(BigInteger.Parse(text, CultureInfo.InvariantCulture)) : throw ChatTemplateException.NoConversation("A number of the conversation has more than 4300 digits.");
}
