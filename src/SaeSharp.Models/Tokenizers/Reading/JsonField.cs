using System.Globalization;
using System.Text;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tokenizers.Reading;

/// <summary>A place in a JSON file that knows its file and path, so that every complaint can name both.</summary>
internal readonly struct JsonField(string file, string path, JsonElement element)
{
    /// <summary>The top level of a file.</summary>
    /// <exception cref="FileException">It cannot be read or is not strict JSON.</exception>
    public static JsonField Read(string file) => new(file, "", StrictJson.Read(file));

    public string Path => path.Length == 0 ? "the top level" : path;

    /// <summary>Whether the field is absent or null: the format treats them alike.</summary>
    public bool IsNothing => element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    public bool IsText => element.ValueKind == JsonValueKind.String;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    /// <summary>The member <paramref name="name"/>, which may be absent.</summary>
    public JsonField this[string name]
    {
        get
        {
            if (element.ValueKind != JsonValueKind.Object) throw Wrong("an object");
            return new(file, path.Length == 0 ? name : $"{path}.{name}", element.TryGetProperty(name, out var value) ? value : default);
        }
    }

    public IEnumerable<JsonField> Items()
    {
        if (element.ValueKind != JsonValueKind.Array) throw Wrong("a list");
        return Read(this, element);

        static IEnumerable<JsonField> Read(JsonField list, JsonElement items)
        {
            var i = 0;
            foreach (var item in items.EnumerateArray()) yield return list.Child($"[{i++}]", item);
        }
    }

    public IEnumerable<(string Name, JsonField Value)> Members()
    {
        if (element.ValueKind != JsonValueKind.Object) throw Wrong("an object");
        return Read(this, element);

        static IEnumerable<(string, JsonField)> Read(JsonField owner, JsonElement members)
        {
            foreach (var member in members.EnumerateObject()) yield return (member.Name, owner.Child($".{member.Name}", member.Value));
        }
    }

    public string Text() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Wrong("a text");

    public string? TextOrNull() => IsNothing ? null : Text();

    /// <summary>A flag that the format requires.</summary>
    public bool Flag() => IsNothing ? throw Wrong("true or false") : Flag(otherwise: false);

    public bool Flag(bool otherwise) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Undefined or JsonValueKind.Null => otherwise,
        _ => throw Wrong("true or false"),
    };

    public int Count() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) && value >= 0 ? value : throw Wrong("a whole number of 0 or more");

    public double Number(double otherwise) => IsNothing ? otherwise : Number();

    public double Number() => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Wrong("a number");

    /// <summary>A token id, 32 bits. Those of 2³¹ and more keep their bits and come out negative: no model has a row for them.</summary>
    public int Id() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetUInt32(out var value) ? unchecked((int)value) : throw Wrong("a token id (a whole number from 0 to 4294967295)");

    public Rune Character()
    {
        var text = Text();
        var runes = text.EnumerateRunes();
        return runes.MoveNext() && runes.Current.Utf16SequenceLength == text.Length ? runes.Current : throw Wrong("one character");
    }

    /// <summary>The error that says what stands here and what should.</summary>
    public FileException Wrong(string expected) => FileException.Malformed(file, Path, $"{Found()}, expected {expected}");

    /// <summary>The error for a component that this program does not have.</summary>
    public FileException Unsupported(string kind, IReadOnlyCollection<string> supported) => FileException.Unsupported(
        file, Path, $"'{kind}', expected one of {string.Join(", ", supported)}",
        Spelling.Closest(kind, supported) is { } nearest ? $"The nearest that can be read is '{nearest}'." : "Tokenizers of this kind cannot be read yet.");

    /// <summary>The error for an option that this program does not have.</summary>
    public FileException NotYet() => FileException.Unsupported(file, Path, "it is set, which cannot be done yet", "Set it to null in a copy of the file if you can do without it.");

    private JsonField Child(string step, JsonElement value) => new(file, step[0] == '.' && path.Length == 0 ? step[1..] : path + step, value);

    private string Found()
    {
        const int longest = 60;
        if (element.ValueKind == JsonValueKind.Undefined) return "missing";
        if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return element.ValueKind == JsonValueKind.Object ? "an object" : "a list";
        var raw = element.GetRawText();
        return raw.Length <= longest ? raw : string.Create(CultureInfo.InvariantCulture, $"{raw.AsSpan(0, longest)}...");
    }
}
