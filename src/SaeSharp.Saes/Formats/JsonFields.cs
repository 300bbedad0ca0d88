using System.Text.Json;

namespace SaeSharp.Saes.Formats;

/// <summary>Typed, strict access to the keys of one JSON object; null counts as absent. Errors name the file, the key and what it holds.</summary>
internal sealed class JsonFields(JsonElement json, string path, string prefix)
{
    public JsonValueKind Kind(string name) => json.TryGetProperty(name, out var value) ? value.ValueKind : JsonValueKind.Undefined;

    public bool Has(string name) => Kind(name) is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>A number of things: a whole number above 0.</summary>
    public int Count(string name)
    {
        if (!Has(name)) throw FileException.Missing(path, "key", prefix + name, [.. json.EnumerateObject().Select(property => prefix + property.Name)]);
        var value = json.GetProperty(name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count > 0 ? count : throw Wrong(name, "a whole number above 0");
    }

    public int? NumberOrNull(string name)
    {
        if (!Has(name)) return null;
        var value = json.GetProperty(name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(name, "a whole number or null");
    }

    /// <summary>A finite number.</summary>
    public double? AmountOrNull(string name)
    {
        if (!Has(name)) return null;
        var value = json.GetProperty(name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Wrong(name, "a finite number or null");
    }

    public double Amount(string name) => AmountOrNull(name) ?? throw FileException.Missing(path, "key", prefix + name, [.. json.EnumerateObject().Select(property => prefix + property.Name)]);

    public string Text(string name) => TextOrNull(name)
        ?? throw FileException.Missing(path, "key", prefix + name, [.. json.EnumerateObject().Select(property => prefix + property.Name)]);

    public string? TextOrNull(string name) => !Has(name) ? null : Kind(name) == JsonValueKind.String ? json.GetProperty(name).GetString() : throw Wrong(name, "a string");

    /// <summary>A list of strings, which has one at least.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (!Has(name)) throw FileException.Missing(path, "key", prefix + name, [.. json.EnumerateObject().Select(property => prefix + property.Name)]);
        var list = json.GetProperty(name);
        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 && list.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(entry => entry.GetString()!)] : throw Wrong(name, "a list of strings");
    }

    public bool Flag(string name, bool otherwise) => Kind(name) switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Undefined or JsonValueKind.Null => otherwise,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>One of a table of names.</summary>
    public T Choice<T>(string name, ReadOnlySpan<(string Name, T Value)> choices, T otherwise)
    {
        if (TextOrNull(name) is not { } text) return otherwise;
        foreach (var choice in choices)
            if (choice.Name == text) return choice.Value;
        var names = new string[choices.Length];
        for (var i = 0; i < names.Length; i++) names[i] = choices[i].Name;
        throw Wrong(name, Spelling.Closest(text, names) is { } similar ? $"'{similar}' or another of {string.Join(", ", names)}" : $"one of {string.Join(", ", names)}");
    }

    /// <summary>The object under a key.</summary>
    public JsonFields Part(string name) =>
        Kind(name) == JsonValueKind.Object ? new(json.GetProperty(name), path, $"{prefix}{name}.") : throw Wrong(name, "an object");

    /// <summary>Those of the named keys that are there, as they are.</summary>
    public Dictionary<string, JsonElement> Kept(params ReadOnlySpan<string> names)
    {
        var kept = new Dictionary<string, JsonElement>();
        foreach (var name in names)
            if (json.TryGetProperty(name, out var value)) kept.Add(name, value);
        return kept;
    }

    private FileException Wrong(string name, string expected) => FileException.Malformed(
        path, $"key '{prefix}{name}'", $"it is {(json.TryGetProperty(name, out var value) ? value.GetRawText() : "absent")}, expected {expected}");
}
