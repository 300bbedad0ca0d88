using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Filters that go through values.</summary>
internal static class SequenceFilters
{
    public static readonly Dictionary<string, Filter> Rows = new()
    {
        ["length"] = (_, value, _) => IntValue.Of(Iteration.Count(value)),
        ["count"] = (_, value, _) => IntValue.Of(Iteration.Count(value)),
        ["first"] = (run, value, _) => value is GeneratorValue generator ? generator.Take() ?? Empty("first") : Iteration.Of(run, value) is [var first, ..] ? first : Empty("first"),
        ["last"] = (run, value, _) => value is GeneratorValue ? throw ChatTemplateException.WrongType("'generator' object is not reversible") : Iteration.Of(run, value) is [.., var last] ? last : Empty("last"),
        ["list"] = (run, value, _) => Listed(run, Iteration.Of(run, value)),
        ["join"] = Join,
        ["map"] = Map,
        ["select"] = (run, value, arguments) => Select(run, value, arguments, byAttribute: false, wanted: true),
        ["reject"] = (run, value, arguments) => Select(run, value, arguments, byAttribute: false, wanted: false),
        ["selectattr"] = (run, value, arguments) => Select(run, value, arguments, byAttribute: true, wanted: true),
        ["rejectattr"] = (run, value, arguments) => Select(run, value, arguments, byAttribute: true, wanted: false),
        ["items"] = (run, value, _) => value switch
        {
            UndefinedValue => new GeneratorValue([]),
            DictValue dict => new GeneratorValue([.. dict.Members.Select(member => SequenceValue.Tuple(member.Key, member.Value))]),
            _ => throw ChatTemplateException.WrongType("Can only get item pairs from a mapping."),
        },
        ["reverse"] = (run, value, _) => value is TextValue text ? Slicing.Of(run, text, null, null, IntValue.Of(-1)) : new GeneratorValue([.. Iteration.Walk(run, value).Reverse()]),
        ["batch"] = Batch,
        ["slice"] = Slice,
        ["sum"] = Sum,
    };

    private static UndefinedValue Empty(string which) => new($"No {which} item, sequence was empty.");

    private static SequenceValue Listed(RenderingRun run, IReadOnlyList<Value> items)
    {
        run.Make(items.Count);
        return new([.. items]);
    }

    private static TextValue Join(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("join", "d", "attribute");
        var separator = given[0] is null ? TextValue.Empty : PythonText.Of(run, given[0]!);
        var joined = new TextBuilder(run);
        foreach (var (i, item) in Iteration.Walk(run, value).Index())
        {
            if (i > 0) joined.Append(separator);
            joined.Append(PythonText.Of(run, AttributePath.Of(item, given[1])));
        }
        return joined.Build();
    }

    private static GeneratorValue Map(RenderingRun run, Value value, Arguments arguments)
    {
        if (!value.IsTrue) return new([]);
        var items = Iteration.Walk(run, value);
        run.Make(items.Count);
        if (arguments.Positional.Count > 0)
        {
            var name = arguments.Positional[0] is TextValue filter ? filter.Text : throw ChatTemplateException.WrongType("map requires a filter argument");
            var rest = arguments with { Positional = [.. arguments.Positional.Skip(1)] };
            return new([.. items.Select(item => Filters.Apply(run, name, item, rest))]);
        }
        var given = arguments.Bind("map", "attribute", "default");
        if (given[0] is null) throw ChatTemplateException.BadFilterArgument("map requires a filter argument");
        return new([.. items.Select(item => AttributePath.Of(item, given[0], given[1]))]);
    }

    private static GeneratorValue Select(RenderingRun run, Value value, Arguments arguments, bool byAttribute, bool wanted)
    {
        if (!value.IsTrue) return new([]);
        var items = Iteration.Walk(run, value);
        run.Make(items.Count);
        if (byAttribute && arguments.Positional.Count == 0) throw ChatTemplateException.BadFilterArgument("Missing parameter for attribute name");
        var path = byAttribute ? arguments.Positional[0] : null;
        var rest = arguments.Positional.Skip(byAttribute ? 1 : 0).ToList();
        var test = rest.Count == 0 ? null : rest[0] is TextValue name ? name.Text : throw ChatTemplateException.WrongType("the name of a test must be a text");
        var given = arguments with { Positional = [.. rest.Skip(1)] };
        return new([.. items.Where(item => AttributePath.Of(item, path) is var tested && (test is null ? tested.IsTrue : Tests.Holds(run, test, tested, given)) == wanted)]);
    }

    private static GeneratorValue Batch(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("batch", "linecount", "fill_with");
        var size = Math.Max(Numbers.Count(given[0] ?? NoneValue.Instance, "linecount"), 1);
        var batches = Iteration.Walk(run, value).Chunk(size).Select(batch => batch.ToList()).ToList();
        if (batches.Count > 0 && given[1] is not (null or NoneValue))
        {
            run.Make(size - batches[^1].Count);
            batches[^1].AddRange(Enumerable.Repeat(given[1]!, size - batches[^1].Count));
        }
        return new([.. batches.Select(batch => new SequenceValue(batch))]);
    }

    private static GeneratorValue Slice(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("slice", "slices", "fill_with");
        var slices = Numbers.Count(given[0] ?? NoneValue.Instance, "slices");
        if (slices == 0) throw ChatTemplateException.DividedByZero("integer division or modulo by zero");
        run.Make(Math.Max(slices, 0));
        var (items, parts, at) = (Iteration.Of(run, value), new List<Value>(), 0);
        for (var i = 0; i < slices; i++)
        {
            var isLonger = i < items.Count % slices;
            var part = items.Skip(at).Take(items.Count / slices + (isLonger ? 1 : 0)).ToList();
            at += part.Count;
            if (!isLonger && given[1] is not (null or NoneValue)) part.Add(given[1]!);
            parts.Add(new SequenceValue(part));
        }
        return new(parts);
    }

    private static Value Sum(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("sum", "attribute", "start");
        return Iteration.Walk(run, value).Aggregate(given[1] ?? IntValue.Of(0), (sum, item) => Arithmetic.Of(run, "+", sum, AttributePath.Of(item, given[0])));
    }
}
