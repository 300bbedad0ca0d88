namespace SaeSharp.Models.Chat.Values;

/// <summary>A list, or what behaves as one: values in order that do not change.</summary>
internal sealed class SequenceValue(IReadOnlyList<Value> items, SequenceKind kind = SequenceKind.List) : Value
{
    public IReadOnlyList<Value> Items => items;

    public SequenceKind Kind => kind;

    public override bool IsTrue => items.Count > 0;

    /// <summary>Whether Python lets a place of it be asked for.</summary>
    public bool HasPlaces => kind is SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range;

    public override string TypeName => kind switch
    {
        SequenceKind.List => "list",
        SequenceKind.Tuple => "tuple",
        SequenceKind.Range => "range",
        SequenceKind.Keys => "dict_keys",
        SequenceKind.Values => "dict_values",
        _ => "dict_items",
    };

    public static SequenceValue Tuple(params IReadOnlyList<Value> items) => new(items, SequenceKind.Tuple);
}

/// <summary>Which of Python's sequences it is.</summary>
internal enum SequenceKind { List, Tuple, Range, Keys, Values, Items }
