using System.Text;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>One JSON object a line; empty lines are passed over.</summary>
internal static class JsonLines
{
    public static IReadOnlyList<string> Read(string path, string field)
    {
        var texts = new List<string>();
        var number = 0;
        foreach (var line in TextFile.ReadUtf8(path).Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            var root = StrictJson.Parse(Encoding.UTF8.GetBytes(line.TrimEnd('\r')), $"{path}, line {number}");
            if (root.ValueKind != JsonValueKind.Object) throw FileException.Malformed(path, $"line {number}", "it is no JSON object");
            if (!root.TryGetProperty(field, out var value)) throw FileException.Missing(path, $"field (line {number})", field, [.. root.EnumerateObject().Select(property => property.Name)]);
            if (value.ValueKind != JsonValueKind.String) throw FileException.Malformed(path, $"line {number}, {field}", $"it is a {value.ValueKind}, expected a string");
            texts.Add(value.GetString()!);
        }
        return texts;
    }
}
