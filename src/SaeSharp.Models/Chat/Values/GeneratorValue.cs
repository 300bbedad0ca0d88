namespace SaeSharp.Models.Chat.Values;

/// <summary>What filters such as <c>map</c> and <c>select</c> give: values that can be gone through once, that have no length, and that always count as true.</summary>
internal sealed class GeneratorValue(IReadOnlyList<Value> items) : Value
{
    private int _next;

    public override string TypeName => "generator";

    /// <summary>The values not yet gone through; afterwards there are none.</summary>
    public IReadOnlyList<Value> TakeAll()
    {
        IReadOnlyList<Value> rest = _next == 0 ? items : [.. items.Skip(_next)];
        _next = items.Count;
        return rest;
    }

    /// <summary>The next value, or null at the end.</summary>
    public Value? Take() => _next < items.Count ? items[_next++] : null;
}
