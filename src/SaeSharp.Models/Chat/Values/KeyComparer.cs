using SaeSharp.Models.Chat.Functions;

namespace SaeSharp.Models.Chat.Values;

/// <summary>Which keys of a dict are the same: those that are equal in Python, so 1 is also 1.0 and True.</summary>
internal sealed class KeyComparer : IEqualityComparer<Value>
{
    private KeyComparer() { }

    public static KeyComparer Instance { get; } = new();

    public bool Equals(Value? x, Value? y) => Comparison.AreEqual(x!, y!);

    public int GetHashCode(Value value) => value switch
    {
        TextValue text => string.GetHashCode(text.Text, StringComparison.Ordinal),
        BoolValue or IntValue or FloatValue => Numbers.AsDouble(value).GetHashCode(),
        SequenceValue { Kind: SequenceKind.Tuple } tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        SequenceValue { Kind: SequenceKind.List } or DictValue => throw ChatTemplateException.WrongType($"unhashable type: '{value.TypeName}'"),
        UndefinedValue => 0,
        _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
    };
}
