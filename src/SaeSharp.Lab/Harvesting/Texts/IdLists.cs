using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>Reads token ids: <c>[[1,2,3],[..]]</c>.</summary>
internal static class IdLists
{
    public static IReadOnlyList<int[]> Read(string path)
    {
        var root = StrictJson.Read(path);
        if (root.ValueKind != JsonValueKind.Array) throw FileException.Malformed(path, "content", $"it is a {root.ValueKind}, expected a list of lists of token ids");
        return [.. root.EnumerateArray().Select((list, i) => Ids(path, list, i))];
    }

    private static int[] Ids(string path, JsonElement list, int index)
    {
        if (list.ValueKind != JsonValueKind.Array) throw FileException.Malformed(path, $"entry {index}", $"it is a {list.ValueKind}, expected a list of token ids");
        return [.. list.EnumerateArray().Select((id, i) => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var value) && value >= 0
            ? value
            : throw FileException.Malformed(path, $"entry {index}, id {i}", $"it is {id.GetRawText()}, expected a whole number from 0 on"))];
    }
}
