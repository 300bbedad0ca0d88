using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Filters that order or compare values; capital letters do not count unless asked for.</summary>
internal static class OrderFilters
{
    public static readonly Dictionary<string, Filter> Rows = new()
    {
        ["sort"] = Sort,
        ["dictsort"] = SortDict,
        ["unique"] = Unique,
        ["groupby"] = Group,
        ["min"] = (run, value, arguments) => Extreme(run, value, arguments, "min", isMax: false),
        ["max"] = (run, value, arguments) => Extreme(run, value, arguments, "max", isMax: true),
    };

    private static SequenceValue Sort(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        var paths = given[2] is TextValue text ? text.Text.Split(',').Select(part => (Value)new TextValue(part)).ToArray() : [given[2] ?? NoneValue.Instance];
        return new(Ordered(run, Iteration.Of(run, value), given[0]?.IsTrue ?? false,
            item => new SequenceValue([.. paths.Select(path => Folded(run, AttributePath.Of(item, path), given[1]))])));
    }

    private static SequenceValue SortDict(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("dictsort", "case_sensitive", "by", "reverse");
        var at = (given[1] as TextValue)?.Text switch { null or "key" => 0, "value" => 1, _ => throw ChatTemplateException.BadFilterArgument("You can only sort by either \"key\" or \"value\"") };
        if (value is not DictValue dict) throw ChatTemplateException.WrongType($"'{value.TypeName}' object has no attribute 'items'");
        IReadOnlyList<Value> members = [.. dict.Members.Select(member => SequenceValue.Tuple(member.Key, member.Value))];
        return new(Ordered(run, members, given[2]?.IsTrue ?? false, member => Folded(run, ((SequenceValue)member).Items[at], given[0])));
    }

    private static GeneratorValue Unique(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("unique", "case_sensitive", "attribute");
        var seen = new HashSet<Value>(KeyComparer.Instance);
        return new([.. Iteration.Walk(run, value).Where(item => seen.Add(Folded(run, AttributePath.Of(item, given[1]), given[0])))]);
    }

    private static SequenceValue Group(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("groupby", "attribute", "default", "case_sensitive");
        Value Key(Value item) => Folded(run, AttributePath.Of(item, given[0], given[1]), given[2]);
        var groups = new List<Value>();
        foreach (var item in Ordered(run, Iteration.Of(run, value), isReversed: false, Key))
        {
            if (groups.Count > 0 && ((SequenceValue)groups[^1]).Items is [_, SequenceValue { Items: List<Value> last }] && Comparison.AreEqual(run, Key(last[0]), Key(item))) last.Add(item);
            else groups.Add(SequenceValue.Tuple(AttributePath.Of(item, given[0], given[1]), new SequenceValue(new List<Value> { item })));
        }
        return new(groups);
    }

    private static Value Extreme(RenderingRun run, Value value, Arguments arguments, string name, bool isMax)
    {
        var given = arguments.Bind(name, "case_sensitive", "attribute");
        var items = Iteration.Walk(run, value);
        if (items.Count == 0) return new UndefinedValue("No aggregated item, sequence was empty.");
        var sign = isMax ? ">" : "<";
        return items.Skip(1).Aggregate(items[0], (best, item) => Comparison.Holds(run, sign, Folded(run, AttributePath.Of(item, given[1]), given[0]), Folded(run, AttributePath.Of(best, given[1]), given[0])) ? item : best);
    }

    /// <summary>A stable order: equal values stay as they stood, also from the largest down.</summary>
    private static List<Value> Ordered(RenderingRun run, IReadOnlyList<Value> items, bool isReversed, Func<Value, Value> key)
    {
        run.Make(items.Count);
        run.Step(items.Count * (long)Math.ILogB(items.Count + 1.0));
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToList();
        var order = Comparer<Value>.Create((a, b) => Comparison.Order(run, "<", a, b) ?? 0);
        try
        {
            return [.. (isReversed ? keyed.OrderByDescending(entry => entry.Key, order) : keyed.OrderBy(entry => entry.Key, order)).Select(entry => entry.Item)];
        }
        catch (InvalidOperationException error) when (error.InnerException is ChatTemplateException inner)
        {
            throw inner;
        }
    }

    private static Value Folded(RenderingRun run, Value value, Value? caseSensitive)
    {
        if (value is not TextValue text || caseSensitive is { IsTrue: true }) return value;
        run.Make(text.Text.Length);
        return new TextValue(TextMethods.Lower(text.Text));
    }
}
