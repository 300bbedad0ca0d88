using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Gguf;

namespace SaeSharp.Models.Checkpoints.Gguf;

/// <summary>Typed access to the metadata of a GGUF model. Keys that begin with a dot belong to its architecture: <c>.block_count</c> is <c>llama.block_count</c>.</summary>
internal sealed class GgufMetadata(GgufFile file)
{
    private const int MostItems = 1_000_000;

    public string Path => file.Path;

    /// <summary><c>general.architecture</c>; empty where it is missing.</summary>
    public string Architecture { get; } = file.Metadata.TryGetValue("general.architecture", out var value) && value is GgufValue.Text text ? text.Value : "";

    public int Heads => Count(".attention.head_count");

    public int KeyHeads => OptionalCount(".attention.head_count_kv") ?? Heads;

    /// <summary>The width of a head: stated, or the heads share the model's width.</summary>
    public int HeadWidth => OptionalCount(".attention.key_length") ?? Count(".embedding_length") / Math.Max(Heads, 1);

    public bool Has(string key) => file.Metadata.ContainsKey(Full(key));

    public bool HasTensor(string name) => file.Contains(name);

    /// <summary>The size of a tensor's first axis.</summary>
    public long Rows(string tensor) => file.Entry(tensor).Shape is [var rows, ..] ? rows : throw FileException.Malformed(Path, $"tensor '{tensor}'", "it is a single number, expected a table");

    /// <summary>A short tensor of numbers.</summary>
    public double[] Numbers(string tensor)
    {
        var values = file.Entry(tensor) is { DType: not null, Shape: [<= MostItems] } ? file.Read(tensor)
            : throw FileException.Malformed(Path, $"tensor '{tensor}'", $"it is {file.Entry(tensor).ShapeText}, expected a list of at most {MostItems} numbers");
        return [.. Enumerable.Range(0, (int)values.Count).Select(i => values.Read(i))];
    }

    public int Count(string key) => OptionalCount(key) ?? throw FileException.Missing(Path, "metadata", Full(key), [.. file.Metadata.Keys]);

    public int? OptionalCount(string key) => Find(key) switch
    {
        null => null,
        GgufValue.Integer integer when integer.Value >= 0 && integer.Value <= int.MaxValue => (int)integer.Value,
        var other => throw Wrong(key, other, $"a whole number from 0 to {int.MaxValue}"),
    };

    public double Number(string key) => OptionalNumber(key) ?? throw FileException.Missing(Path, "metadata", Full(key), [.. file.Metadata.Keys]);

    /// <summary>A finite number. One of 32 bits becomes the shortest decimal that is it: 1e-05, as people wrote it.</summary>
    public double? OptionalNumber(string key) => Find(key) switch
    {
        null => null,
        GgufValue.Integer integer => (double)integer.Value,
        GgufValue.Number number when double.IsFinite(number.Value) => Shortest(number.Value),
        var other => throw Wrong(key, other, "a finite number"),
    };

    public string? OptionalText(string key) => Find(key) switch
    {
        null => null,
        GgufValue.Text text => text.Value,
        var other => throw Wrong(key, other, "a text"),
    };

    /// <summary>true or false; null where the key is absent.</summary>
    public bool? OptionalFlag(string key) => Find(key) switch
    {
        null => null,
        GgufValue.Boolean flag => flag.Value,
        var other => throw Wrong(key, other, "true or false"),
    };

    /// <summary>A list of texts; null where the key is absent.</summary>
    public string[]? OptionalTexts(string key) => OptionalItems(key, "texts", item => item is GgufValue.Text text ? text.Value : null);

    /// <summary>A list of whole numbers of 32 bits; null where the key is absent.</summary>
    public int[]? OptionalIntegers(string key) =>
        OptionalItems(key, "whole numbers", item => item is GgufValue.Integer integer && integer.Value >= int.MinValue && integer.Value <= int.MaxValue ? (int)integer.Value : (int?)null)?.Select(item => item!.Value).ToArray();

    /// <summary>A list of finite numbers; null where the key is absent.</summary>
    public float[]? OptionalNumbers(string key) =>
        OptionalItems(key, "finite numbers", item => item is GgufValue.Number number && float.IsFinite((float)number.Value) ? (float)number.Value : (float?)null)?.Select(item => item!.Value).ToArray();

    /// <summary>A list of truth values; null where the key is not a list.</summary>
    public bool[]? OptionalFlags(string key) => Find(key) is GgufValue.Array { Count: <= MostItems } list
        ? [.. list.Items().Select(item => item is GgufValue.Boolean flag ? flag.Value : throw Wrong(key, item, "truth values"))] : null;

    public FileException Wrong(string key, GgufValue value, string expected) => FileException.Malformed(Path, Full(key), $"it is {Show(value)}, expected {expected}");

    private T[]? OptionalItems<T>(string key, string expected, Func<GgufValue, T?> read) => Find(key) switch
    {
        null => null,
        GgufValue.Array { Count: <= MostItems } list => [.. list.Items().Select(item => read(item) ?? throw Wrong(key, item, expected))],
        var other => throw Wrong(key, other, $"a list of at most {MostItems} {expected}"),
    };

    private GgufValue? Find(string key) => file.Metadata.GetValueOrDefault(Full(key));

    private string Full(string key) => key.StartsWith('.') ? Architecture + key : key;

    private static double Shortest(double value) => (float)value == value ? double.Parse(((float)value).ToString("R", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture) : value;

    private static string Show(GgufValue value) => value switch
    {
        GgufValue.Integer integer => $"{integer.Value}",
        GgufValue.Number number => $"{number.Value}",
        GgufValue.Boolean boolean => $"{boolean.Value}",
        GgufValue.Array array => $"a list of {array.Count}",
        _ => "a text",
    };
}
