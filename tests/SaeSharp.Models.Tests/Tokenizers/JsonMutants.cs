using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Damaged copies of a JSON file, the same for the same seed: wrong values and types, huge numbers, missing and doubled fields, depth, broken text.</summary>
internal sealed class JsonMutants(byte[] sound, int seed)
{
    private static readonly string[] Values =
    [
        "null", "true", "[]", "{}", "\"\"", "\"x\"", "-1", "0", "1", "2147483647", "2147483648", "4294967295", "4294967296", "18446744073709551616", "1e999", "1.5", "1e308", "NaN",
        "[1, 2]", "{\"type\": \"Sequence\"}", "\"\\u0000\"", "\"\\ud800\"", "\"😀\"", "[[[[[[[[1]]]]]]]]", "\"Sequence\"", "\"BPE\"", "\"Unigram\"", "\"Replace\"",
    ];

    private readonly Random random = new(seed);

    public byte[] Next() => random.Next(6) switch
    {
        0 => Damaged(),
        1 => Deep(),
        _ => Edited(),
    };

    /// <summary>Bytes cut off, changed, left out or doubled.</summary>
    private byte[] Damaged()
    {
        var bytes = sound.ToList();
        for (var edits = random.Next(1, 5); edits > 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            var count = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0: bytes.RemoveRange(at, bytes.Count - at); break;
                case 1: bytes.RemoveRange(at, count); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                case 3: bytes[at] = (byte)random.Next(256); break;
                default: bytes.InsertRange(at, Encoding.UTF8.GetBytes("\\ud83d,}]{[\"0".Substring(random.Next(6)))); break;
            }
        }
        return [.. bytes];
    }

    private byte[] Deep()
    {
        var depth = (int)Math.Pow(10, random.Next(1, 6));
        return Written(Place(JsonNode.Parse(sound)!), new string('[', depth) + new string(']', depth));
    }

    /// <summary>A field with another value, without one, twice, or of another name.</summary>
    private byte[] Edited()
    {
        var root = JsonNode.Parse(sound)!;
        var place = Place(root);
        if (place.Parent is not JsonObject owner || random.Next(3) == 0) return Written(place, Values[random.Next(Values.Length)]);
        var name = place.GetPropertyName();
        owner.Remove(name);
        if (random.Next(2) == 0) owner[random.Next(2) == 0 ? "" : name + random.Next(9).ToString(CultureInfo.InvariantCulture)] = place;
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <summary>The file with some text in a place, JSON or not.</summary>
    private static byte[] Written(JsonNode place, string value)
    {
        const string mark = "@here@";
        var root = place.Root;
        if (ReferenceEquals(root, place)) return Encoding.UTF8.GetBytes(value);
        place.ReplaceWith(mark);
        return Encoding.UTF8.GetBytes(root.ToJsonString().Replace($"\"{mark}\"", value, StringComparison.Ordinal));
    }

    /// <summary>A random value, found by going down at random: rare components are met as often as the vocabulary's entries.</summary>
    private JsonNode Place(JsonNode from)
    {
        while (random.Next(6) > 0)
        {
            var children = from switch
            {
                JsonObject members => members.Select(member => member.Value).OfType<JsonNode>().ToList(),
                JsonArray items => [.. items.OfType<JsonNode>()],
                _ => [],
            };
            if (children.Count == 0) break;
            from = children[random.Next(children.Count)];
        }
        return from;
    }
}
