using System.Text.Json;
using SaeSharp.Numerics.Files.Pickles;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Holds what a pickle became against the tree the reference library read from it.</summary>
internal static class PickleTrees
{
    public static void RequireEqual(JsonElement expected, PickleValue actual)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null: Assert.IsType<PickleValue.Null>(actual); break;
            case JsonValueKind.True: Assert.True(Assert.IsType<PickleValue.Boolean>(actual).Value); break;
            case JsonValueKind.False: Assert.False(Assert.IsType<PickleValue.Boolean>(actual).Value); break;
            case JsonValueKind.Array: RequireItems(expected, Assert.IsType<PickleValue.List>(actual).Items); break;
            case JsonValueKind.Number when actual is PickleValue.Integer integer: Assert.Equal(expected.GetRawText(), integer.Value.ToString()); break;
            case JsonValueKind.String when actual is PickleValue.Text text: Assert.Equal(expected.GetString(), text.Value); break;
            case JsonValueKind.Number or JsonValueKind.String: RequireNumber(expected, Assert.IsType<PickleValue.Number>(actual).Value); break;
            default: RequireObject(expected, actual); break;
        }
    }

    /// <summary>All tensors, wherever they are.</summary>
    public static IEnumerable<PickleValue.Tensor> Tensors(PickleValue value) => value switch
    {
        PickleValue.Tensor tensor => [tensor],
        PickleValue.Tuple tuple => tuple.Items.SelectMany(Tensors),
        PickleValue.List list => list.Items.SelectMany(Tensors),
        PickleValue.Dictionary dictionary => dictionary.Items.Values.SelectMany(Tensors),
        _ => [],
    };

    private static void RequireObject(JsonElement expected, PickleValue actual)
    {
        if (expected.TryGetProperty("tensor", out var tensor))
        {
            var stored = Assert.IsType<PickleValue.Tensor>(actual).Value;
            Assert.Equal(tensor.GetProperty("dtype").GetString(), stored.Entry.TypeName);
            GoldenFiles.RequireEqual(tensor, stored.Entry, stored.RawBytes(), stored.Read);
        }
        else if (expected.TryGetProperty("tuple", out var tuple)) RequireItems(tuple, Assert.IsType<PickleValue.Tuple>(actual).Items);
        else if (expected.TryGetProperty("integer", out var integer)) Assert.Equal(integer.GetString(), Assert.IsType<PickleValue.Integer>(actual).Value.ToString());
        else if (expected.TryGetProperty("pairs", out var pairs))
        {
            var items = Assert.IsType<PickleValue.Dictionary>(actual).Items.ToArray();
            Assert.Equal(pairs.GetArrayLength(), items.Length);
            foreach (var (pair, item) in pairs.EnumerateArray().Zip(items))
            {
                RequireEqual(pair[0], item.Key);
                RequireEqual(pair[1], item.Value);
            }
        }
        else
        {
            var items = Assert.IsType<PickleValue.Dictionary>(actual).Items;
            Assert.Equal(expected.EnumerateObject().Select(property => property.Name), items.Keys.Select(key => Assert.IsType<PickleValue.Text>(key).Value));
            foreach (var property in expected.EnumerateObject()) RequireEqual(property.Value, items[new PickleValue.Text(property.Name)]);
        }
    }

    private static void RequireItems(JsonElement expected, IReadOnlyList<PickleValue> actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        foreach (var (want, have) in expected.EnumerateArray().Zip(actual)) RequireEqual(want, have);
    }

    private static void RequireNumber(JsonElement expected, double actual) => GoldenFiles.RequireSame(GoldenFiles.Number(expected), actual);
}
