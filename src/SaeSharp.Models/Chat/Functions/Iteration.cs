using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Goes through whatever can be gone through: lists, the characters of a text, the keys of a dict.</summary>
internal static class Iteration
{
    /// <summary>The values in order.</summary>
    public static IReadOnlyList<Value> Of(RenderingRun run, Value value)
    {
        if (value is GeneratorValue generator) return generator.TakeAll();
        if (value is UndefinedValue) return [];
        if (value is SequenceValue list) return list.Items;
        if (value is DictValue dict) return [.. Counted(run, dict.Members.Count, dict.Members.Keys)];
        if (value is TextValue text) return [.. Counted(run, text.Length, Enumerable.Range(0, text.Length).Select(at => text.Slice(at, at + 1)))];
        throw ChatTemplateException.WrongType($"'{value.TypeName}' object is not iterable");
    }

    /// <summary>The values in order, for one who looks at each: a step a value.</summary>
    public static IReadOnlyList<Value> Walk(RenderingRun run, Value value)
    {
        var items = Of(run, value);
        run.Step(items.Count);
        return items;
    }

    public static bool IsPossible(Value value) => value is GeneratorValue or UndefinedValue or SequenceValue or DictValue or TextValue or LoopValue;

    /// <summary>How many values there are, where Python can say so.</summary>
    public static int Count(Value value) => value switch
    {
        SequenceValue list => list.Items.Count,
        DictValue dict => dict.Members.Count,
        TextValue text => text.Length,
        UndefinedValue => 0,
        _ => throw ChatTemplateException.WrongType($"object of type '{value.TypeName}' has no len()"),
    };

    private static IEnumerable<T> Counted<T>(RenderingRun run, int count, IEnumerable<T> values)
    {
        run.Make(count);
        return values;
    }
}
