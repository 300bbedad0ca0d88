namespace SaeSharp.Models.Chat.Values;

/// <summary>The <c>loop</c> inside a <c>for</c>.</summary>
internal sealed class LoopValue(IReadOnlyList<Value> items, int depth) : Value
{
    private IReadOnlyList<Value>? _last;

    public override string TypeName => "LoopContext";

    public int Depth => depth;

    /// <summary>The turn it stands at, from 0.</summary>
    public int Index { get; set; }

    public Value? Attribute(string name) => name switch
    {
        "index" => IntValue.Of(Index + 1),
        "index0" => IntValue.Of(Index),
        "revindex" => IntValue.Of(items.Count - Index),
        "revindex0" => IntValue.Of(items.Count - Index - 1),
        "first" => BoolValue.Of(Index == 0),
        "last" => BoolValue.Of(Index == items.Count - 1),
        "length" => IntValue.Of(items.Count),
        "depth" => IntValue.Of(depth + 1),
        "depth0" => IntValue.Of(depth),
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new UndefinedValue("there is no next item"),
        "cycle" => new FunctionValue(name, "method", (_, arguments) => arguments.Positional.Count > 0
            ? arguments.Positional[Index % arguments.Positional.Count]
            : throw ChatTemplateException.WrongType("no items for cycling given")),
        "changed" => new FunctionValue(name, "method", (_, arguments) => Changed(arguments.Positional)),
        _ => null,
    };

    private BoolValue Changed(IReadOnlyList<Value> values)
    {
        var same = _last is not null && _last.SequenceEqual(values, KeyComparer.Instance);
        _last = values;
        return BoolValue.Of(!same);
    }
}
