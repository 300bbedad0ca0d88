using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Python's slices of lists and texts.</summary>
internal static class Slicing
{
    public static Value Of(RenderingRun run, Value owner, Value? start, Value? end, Value? step)
    {
        if (owner is UndefinedValue undefined) throw undefined.Failure();
        if (owner is not (TextValue or SequenceValue { HasPlaces: true })) return new UndefinedValue($"'{owner.TypeName} object' has no element slice"); // Python looks for a key that is a slice
        var stride = step is null or NoneValue ? 1 : Number(step);
        if (stride == 0) throw ChatTemplateException.WrongValue("slice step cannot be zero");
        var count = Iteration.Count(owner);
        var (first, last) = stride > 0 ? (Clamped(start, 0, 0, count), Clamped(end, count, 0, count)) : (Clamped(start, count - 1, -1, count - 1, count), Clamped(end, -1, -1, count - 1, count));
        if (stride == 1 && owner is TextValue whole) return whole.Slice((int)first, (int)Math.Max(first, last));

        var places = new List<int>();
        for (var at = first; stride > 0 ? at < last : at > last; at += stride) places.Add((int)at);
        run.Make(places.Count);
        if (owner is SequenceValue list) return new SequenceValue([.. places.Select(at => list.Items[at])], list.Kind);
        var text = new TextBuilder(run);
        foreach (var at in places) text.Append(((TextValue)owner).Slice(at, at + 1));
        return text.Build();
    }

    private static long Clamped(Value? place, int byDefault, int low, int high, int? count = null)
    {
        if (place is null or NoneValue) return byDefault;
        var number = Number(place);
        if (number < 0) number += count ?? high;
        return Math.Clamp(number, low, high);
    }

    private static long Number(Value value) => Numbers.AsPlace(value) is { } number
        ? Math.Clamp(number, -int.MaxValue, int.MaxValue)
        : throw ChatTemplateException.WrongType("slice indices must be integers or None or have an __index__ method");
}
