using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Methods that look for something in a text.</summary>
internal static class TextSearch
{
    /// <summary><c>startswith</c> and <c>endswith</c>: with one text or a tuple of them.</summary>
    public static BoolValue HasAffix(TextValue text, Arguments arguments, string name, Func<string, string, bool> has)
    {
        var given = arguments.Bind(name, "prefix", "start", "end");
        var (start, end) = Range(text, given[1], given[2]);
        if (start > end) return BoolValue.False;
        var part = text.Text[text.UnitOf(start)..text.UnitOf(end)];
        IReadOnlyList<Value> affixes = given[0] is SequenceValue { Kind: SequenceKind.Tuple } several ? several.Items : [given[0] ?? NoneValue.Instance];
        return BoolValue.Of(affixes.Any(affix => has(part, (affix as TextValue)?.Text ?? throw ChatTemplateException.WrongType($"{name} first arg must be str or a tuple of str, not {affix.TypeName}"))));
    }

    /// <summary><c>find</c>, <c>index</c> and those from the right: the place, or −1; the second kind fails instead.</summary>
    public static IntValue Find(RenderingRun run, TextValue text, Arguments arguments, string name, bool fromRight)
    {
        var given = arguments.Bind(name, "sub", "start", "end");
        var wanted = Wanted(given[0], name);
        var (start, end) = Range(text, given[1], given[2]);
        run.Search(text.Text.Length, wanted.Length);
        var first = text.UnitOf(start);
        var part = start > end ? null : text.Text[first..text.UnitOf(end)];
        var at = part is null ? -1 : fromRight ? part.LastIndexOf(wanted, StringComparison.Ordinal) : part.IndexOf(wanted, StringComparison.Ordinal);
        if (at < 0 && name is "index" or "rindex" && at < 0) throw ChatTemplateException.WrongValue("substring not found");
        return IntValue.Of(at < 0 ? -1 : text.CharacterOf(first + at));
    }

    public static Value Count(RenderingRun run, TextValue text, Arguments arguments)
    {
        var given = arguments.Bind("count", "sub", "start", "end");
        var wanted = Wanted(given[0], "count");
        var (start, end) = Range(text, given[1], given[2]);
        if (start > end) return IntValue.Of(0);
        run.Search(text.Text.Length, wanted.Length);
        if (wanted.Length == 0) return IntValue.Of(end - start + 1);
        var part = text.Text[text.UnitOf(start)..text.UnitOf(end)];
        return IntValue.Of(part.AsSpan().Count(wanted));
    }

    private static string Wanted(Value? value, string name) => value switch
    {
        TextValue text => text.Text,
        _ => throw ChatTemplateException.WrongType($"{name}() argument 1 must be str, not {value?.TypeName ?? "missing"}"),
    };

    private static (int Start, int End) Range(TextValue text, Value? start, Value? end)
    {
        int Place(Value? value, int byDefault)
        {
            if (value is null or NoneValue) return byDefault;
            var at = Numbers.Count(value, "slice index");
            return Math.Max(at < 0 ? at + text.Length : at, 0);
        }
        var last = Math.Min(Place(end, text.Length), text.Length);
        var first = Place(start, 0);
        return first > text.Length ? (1, 0) : (first, last);
    }
}
