using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Checkpoints;

/// <summary>A model's <c>config.json</c>, read strictly under the checkpoint's own key names.</summary>
/// <remarks>
/// Each reader takes one key or several that mean the same in different versions, best first: the first that is there counts. A dot goes into an
/// object: <c>Number("rope_parameters.rope_theta", "rope_theta")</c>. A key whose value is <c>null</c> counts as absent. <c>Optional...</c> readers
/// return null where no key is there; the others throw. Errors name the file, the key, its value and what was expected.
/// </remarks>
public sealed class HfConfig
{
    private const string FileName = "config.json";
    private readonly JsonElement _root;
    private readonly string _prefix;
    private readonly HfConfig? _defaults;

    private HfConfig(string path, JsonElement root, string prefix = "", HfConfig? defaults = null)
    {
        _defaults = defaults;
        if (root.ValueKind != JsonValueKind.Object) throw FileException.Malformed(path, prefix.Length == 0 ? "content" : prefix, $"it is {Show(root)}, expected an object");
        (Path, _root, _prefix) = (path, root, prefix);
    }

    /// <summary>The file it was read from, as errors call it.</summary>
    public string Path { get; }

    /// <summary>The text, as it was read.</summary>
    public string Json => _root.GetRawText();

    /// <summary>Reads <c>config.json</c> of a folder, or the file itself.</summary>
    public static HfConfig Read(string folderOrFile)
    {
        var path = Directory.Exists(folderOrFile) ? System.IO.Path.Combine(folderOrFile, FileName) : folderOrFile;
        return new(path, StrictJson.Read(path));
    }

    /// <summary>Reads JSON that is already in memory; <paramref name="name"/> is what errors call it.</summary>
    public static HfConfig Parse(string json, string name = FileName) => new(name, StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes(json), name));

    /// <summary>The same config, which reads what it does not have from <paramref name="defaults"/>.</summary>
    public HfConfig Or(HfConfig defaults) => new(Path, _root, _prefix, defaults);

    /// <summary>Whether one of the keys is there and not null.</summary>
    public bool Has(params ReadOnlySpan<string> keys) => Find(keys) is not null;

    /// <summary>A whole number from 1 on: layers, heads, widths.</summary>
    public int Count(params ReadOnlySpan<string> keys) => AsCount(Require(keys), 1);

    /// <summary>A whole number from 1 on; null where the key is absent or 0, which checkpoints use for "none".</summary>
    public int? OptionalCount(params ReadOnlySpan<string> keys) => Find(keys) is { } found && AsCount(found, 0) is > 0 and var count ? count : null;

    /// <summary>A finite number.</summary>
    public double Number(params ReadOnlySpan<string> keys) => AsNumber(Require(keys));

    /// <inheritdoc cref="Number"/>
    public double? OptionalNumber(params ReadOnlySpan<string> keys) => Find(keys) is { } found ? AsNumber(found) : null;

    /// <summary>true or false.</summary>
    public bool Flag(params ReadOnlySpan<string> keys) => AsFlag(Require(keys));

    /// <inheritdoc cref="Flag"/>
    public bool? OptionalFlag(params ReadOnlySpan<string> keys) => Find(keys) is { } found ? AsFlag(found) : null;

    /// <summary>A string.</summary>
    public string Text(params ReadOnlySpan<string> keys) => AsText(Require(keys));

    /// <inheritdoc cref="Text"/>
    public string? OptionalText(params ReadOnlySpan<string> keys) => Find(keys) is { } found ? AsText(found) : null;

    /// <summary>Token ids: one whole number from 0 on, or a list of them (<c>eos_token_id</c> comes as either); empty where the key is absent.</summary>
    public int[] Ids(params ReadOnlySpan<string> keys) => Find(keys) is not { } found ? []
        : found.Value.ValueKind == JsonValueKind.Array ? [.. Items(found).Select(item => AsCount(item, 0))]
        : [AsCount(found, 0)];

    /// <summary>A list of finite numbers; null where the key is absent.</summary>
    public double[]? OptionalNumbers(params ReadOnlySpan<string> keys) => Find(keys) is { } found ? [.. Items(found).Select(AsNumber)] : null;

    /// <summary>A list of strings; null where the key is absent.</summary>
    public string[]? OptionalTexts(params ReadOnlySpan<string> keys) => Find(keys) is { } found ? [.. Items(found).Select(AsText)] : null;

    /// <summary>Strings written short, as pairs of a list and how often it comes: <c>[[["global", "local"], 12]]</c>; null where the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="most">Where to stop.</param>
    public string[]? OptionalPattern(string key, int most)
    {
        if (Find([key]) is not { } found) return null;
        var texts = new List<string>();
        foreach (var pair in Items(found))
        {
            if (Items(pair).ToArray() is not [var list, var times]) throw Wrong(pair, "a list and how often it comes");
            string[] part = [.. Items(list).Select(AsText)];
            for (var left = part.Length == 0 ? 0 : AsCount(times, 1); left > 0 && texts.Count < most; left--) texts.AddRange(part);
        }
        return [.. texts.Take(most)];
    }

    /// <summary>An object, read like the whole; null where the key is absent.</summary>
    public HfConfig? OptionalSection(params ReadOnlySpan<string> keys) => Find(keys) is { } found ? new(Path, found.Value, found.Key) : null;

    private Found Require(ReadOnlySpan<string> keys)
    {
        if (Find(keys) is { } found) return found;
        throw FileException.Missing(Path, "key", Name(string.Join("' or '", keys!)), [.. _root.EnumerateObject().Select(property => Name(property.Name))]);
    }

    private Found? Find(ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            var value = _root;
            var there = true;
            foreach (var part in key.Split('.'))
            {
                if (value.ValueKind != JsonValueKind.Object) throw Wrong(new(Name(key), value), $"an object with '{part}'");
                there = value.TryGetProperty(part, out value) && value.ValueKind != JsonValueKind.Null;
                if (!there) break;
            }
            if (there) return new(Name(key), value);
        }
        return _defaults?.Find(keys);
    }

    private string Name(string key) => _prefix.Length == 0 ? key : $"{_prefix}.{key}";

    private IEnumerable<Found> Items(Found found) => found.Value.ValueKind == JsonValueKind.Array
        ? found.Value.EnumerateArray().Select((item, i) => new Found($"{found.Key}[{i}]", item))
        : throw Wrong(found, "a list");

    private int AsCount(Found found, int least) =>
        found.Value.ValueKind == JsonValueKind.Number && found.Value.TryGetInt32(out var count) && count >= least ? count
        : throw Wrong(found, $"a whole number from {least} to {int.MaxValue}");

    private double AsNumber(Found found) =>
        found.Value.ValueKind == JsonValueKind.Number && found.Value.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : throw Wrong(found, "a finite number");

    private bool AsFlag(Found found) => found.Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(found, "true or false"),
    };

    private string AsText(Found found) => found.Value.ValueKind == JsonValueKind.String ? found.Value.GetString()! : throw Wrong(found, "a string");

    private FileException Wrong(Found found, string expected) => FileException.Malformed(Path, found.Key, $"it is {Show(found.Value)}, expected {expected}");

    private static string Show(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text[..60]}...";
    }

    private readonly record struct Found(string Key, JsonElement Value);
}
