using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Synthetic;

/// <summary>Trees as SAELens writes them in <c>hierarchy.json</c>: nested nodes under <c>roots</c>.</summary>
internal static class FeatureTreeFile
{
    private const string Roots = "roots", Feature = "feature_index", Children = "children", Exclusive = "mutually_exclusive_children", Scales = "scale_children_by_parent";

    public static FeatureTree Read(string path, int features) => Parse(StrictJson.Read(path), features, path);

    /// <summary>The tree in a JSON document; <paramref name="file"/> is what errors call it. The parser has limited how deep it nests.</summary>
    public static FeatureTree Parse(JsonElement json, int features, string file)
    {
        var children = new IReadOnlyList<int>[features];
        Array.Fill(children, []); // most features have none
        var (exclusive, scales, seen) = (new bool[features], new bool[features], new bool[features]);
        var open = new Stack<JsonElement>(List(json, Roots, file).Reverse());
        while (open.TryPop(out var node))
        {
            var feature = Index(node, features, file);
            if (seen[feature]) throw FileException.Malformed(file, $"node of feature {feature}", "the feature stands in the hierarchy twice, expected once");
            seen[feature] = true;
            (exclusive[feature], scales[feature]) = (Flag(node, Exclusive, file), Flag(node, Scales, file));
            var below = List(node, Children, file);
            if (below.Any()) children[feature] = [.. below.Select(child => Index(child, features, file))];
            foreach (var child in below) open.Push(child);
        }
        return new(children, exclusive, scales);
    }

    public static byte[] Write(FeatureTree tree)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray(Roots);
            for (var i = 0; i < tree.Features; i++)
                if (tree.Parents[i] < 0 && tree.Children(i).Length > 0) WriteNode(json, tree, i);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void WriteNode(Utf8JsonWriter json, FeatureTree tree, int feature)
    {
        json.WriteStartObject();
        json.WriteNumber(Feature, feature);
        json.WriteBoolean(Exclusive, tree.IsExclusive(feature));
        json.WriteBoolean(Scales, tree.ScalesChildren(feature));
        json.WriteNull("feature_id");
        json.WriteStartArray(Children);
        foreach (var child in tree.Children(feature)) WriteNode(json, tree, child);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static JsonElement.ArrayEnumerator List(JsonElement node, string name, string file) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : throw FileException.Malformed(file, $"key '{name}'", "it is absent or not a list, expected a list of nodes");

    private static int Index(JsonElement node, int features, string file)
    {
        if (node.ValueKind != JsonValueKind.Object || !node.TryGetProperty(Feature, out var value)) throw FileException.Malformed(file, $"key '{Feature}'", "a node has none");
        if (value.ValueKind == JsonValueKind.Null)
            throw FileException.Unsupported(file, $"key '{Feature}'", "it is null: a node that only groups others, which is not read", "Use a hierarchy whose nodes all are features, like the published one.");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var index) && index >= 0 && index < features
            ? index
            : throw FileException.Malformed(file, $"key '{Feature}'", $"it is {value.GetRawText()}, expected a whole number from 0 to {features - 1}");
    }

    private static bool Flag(JsonElement node, string name, string file) => node.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw FileException.Malformed(file, $"key '{name}'", $"it is {value.GetRawText()}, expected true or false"),
    };
}
