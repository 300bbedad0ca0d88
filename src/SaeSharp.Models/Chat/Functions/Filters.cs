using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Every filter, by its name.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> Table = new(TextFilters.Rows.Concat(SequenceFilters.Rows).Concat(OrderFilters.Rows).Concat(NumberFilters.Rows), StringComparer.Ordinal)
    {
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = JsonText.Of,
        ["string"] = (run, value, _) => PythonText.Of(run, value),
        ["attr"] = (_, value, arguments) => arguments.Only("attr", "name") is TextValue name ? Lookup.Attribute(value, name.Text) : throw ChatTemplateException.WrongType("attr() takes a name"),
    };

    public static void Require(string name)
    {
        if (!Table.ContainsKey(name)) throw ChatTemplateException.Unknown("filter", name, Spelling.Closest(name, Table.Keys));
    }

    public static bool Has(string name) => Table.ContainsKey(name);

    public static Value Apply(RenderingRun run, string name, Value value, Arguments arguments)
    {
        Require(name);
        if (value is TextValue text) run.Step(text.Text.Length / 64); // as methods of a text
        return Table[name](run, value, arguments);
    }

    private static Value Default(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("default", "default_value", "boolean");
        return value is UndefinedValue || given[1] is { IsTrue: true } && !value.IsTrue ? given[0] ?? TextValue.Empty : value;
    }
}

/// <summary>What a filter does to a value.</summary>
internal delegate Value Filter(RenderingRun run, Value value, Arguments arguments);
