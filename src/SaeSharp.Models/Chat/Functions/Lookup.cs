using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Finds attributes and items as the sandbox of chat templates does: what would change a value, or lead out of it, is refused.</summary>
internal static class Lookup
{
    /// <summary>Methods that change their value: a template may not call them.</summary>
    private static readonly Dictionary<string, string[]> Changing = new()
    {
        ["list"] = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"],
        ["dict"] = ["clear", "pop", "popitem", "setdefault", "update"],
    };

    /// <summary><c>owner.name</c></summary>
    public static Value Attribute(Value owner, string name)
    {
        if (owner is UndefinedValue undefined) throw undefined.Failure();
        if (Method(owner, name) is { } method) return method;
        return owner is DictValue dict && dict.Find(new TextValue(name)) is { } found ? found : Missing(owner, $"attribute '{name}'");
    }

    /// <summary><c>owner[key]</c></summary>
    public static Value Item(Value owner, Value key)
    {
        if (owner is UndefinedValue undefined) throw undefined.Failure();
        var found = owner switch
        {
            DictValue dict when key is not (SequenceValue { Kind: SequenceKind.List } or DictValue) => dict.Find(key),
            SequenceValue { HasPlaces: true } list when Numbers.AsPlace(key) is { } place => At(place, list.Items.Count) is { } at ? list.Items[at] : null,
            TextValue text when Numbers.AsPlace(key) is { } place => At(place, text.Length) is { } at ? text.Slice(at, at + 1) : null,
            _ => null,
        };
        if (found is not null) return found;
        if (key is TextValue name) return Method(owner, name.Text) ?? Missing(owner, $"attribute {PythonText.Quoted(name.Text)}");
        return new UndefinedValue($"{Described(owner)} has no element {PythonText.Short(key)}");
    }

    private static Value? Method(Value owner, string name)
    {
        var found = owner switch
        {
            TextValue text => TextMethods.Find(text, name),
            DictValue dict => DictMethods.Find(dict, name),
            SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } list => SequenceMethods.Find(list, name),
            NamespaceValue space => space.Attributes.GetValueOrDefault(name),
            LoopValue loop => loop.Attribute(name),
            FunctionValue { TypeName: "Macro" } macro when name == "name" => new TextValue(macro.Name),
            _ => null,
        };
        if (found is not null) return found;
        var isForbidden = name.StartsWith("__", StringComparison.Ordinal) || Changing.TryGetValue(owner.TypeName, out var names) && names.Contains(name);
        return isForbidden ? new UndefinedValue($"access to attribute '{name}' of '{owner.TypeName}' object is unsafe.", isForbidden: true) : null;
    }

    private static int? At(long place, int count) => place < 0 ? place + count >= 0 ? (int)(place + count) : null : place < count ? (int)place : null;

    private static UndefinedValue Missing(Value owner, string what) => new($"{Described(owner)} has no {what}");

    private static string Described(Value owner) => owner is NoneValue ? "'None'" : owner is NamespaceValue ? "'jinja2.utils.Namespace object'" : $"'{owner.TypeName} object'";
}
