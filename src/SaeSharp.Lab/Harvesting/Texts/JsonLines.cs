using System.Text;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>One JSON object a line; empty lines are passed over.</summary>
internal static class JsonLines
{
    public static IReadOnlyList<string> Read(string path, string field) => [.. Values(path, field).Select(line =>
        line.Value.ValueKind == JsonValueKind.String ? line.Value.GetString()! : throw FileException.Malformed(path, $"line {line.Number}, {field}", $"it is a {line.Value.ValueKind}, expected a string"))];

    /// <summary>Strings as they are; numbers, true and false as they are written: labels.</summary>
    public static IReadOnlyList<string> ReadWords(string path, string field) => [.. Values(path, field).Select(line => line.Value.ValueKind switch
    {
        JsonValueKind.String => line.Value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => line.Value.GetRawText(),
        var kind => throw FileException.Malformed(path, $"line {line.Number}, {field}", $"it is a {kind}, expected a string, a number, true or false"),
    })];

    private static IEnumerable<(int Number, JsonElement Value)> Values(string path, string field)
    {
        var number = 0;
        foreach (var line in TextFile.ReadUtf8(path).Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            var root = StrictJson.Parse(Encoding.UTF8.GetBytes(line.TrimEnd('\r')), $"{path}, line {number}");
            if (root.ValueKind != JsonValueKind.Object) throw FileException.Malformed(path, $"line {number}", "it is no JSON object");
            if (!root.TryGetProperty(field, out var value)) throw FileException.Missing(path, $"field (line {number})", field, [.. root.EnumerateObject().Select(property => property.Name)]);
            yield return (number, value);
        }
    }
}
