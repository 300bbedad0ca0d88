using SaeSharp.Models.Chat.Functions;

namespace SaeSharp.Models.Chat.Values;

/// <summary>Which keys of a dict are the same: those that are equal in Python, so 1 is also 1.0 and True.</summary>
internal sealed class KeyComparer : IEqualityComparer<Value>
{
    private const int MaxParts = 256;

    private KeyComparer() { }

    public static KeyComparer Instance { get; } = new();

    public bool Equals(Value? x, Value? y) => Comparison.AreEqualKeys(x!, y!);

    public int GetHashCode(Value value)
    {
        var parts = MaxParts;
        return HashOf(value, ref parts);
    }

    /// <summary>Looks at the first parts only: tuples that hold each other twice have billions of them, and may be nested without end.</summary>
    private static int HashOf(Value value, ref int parts) => --parts < 0 ? 0 : value switch
    {
        TextValue text => string.GetHashCode(text.Text, StringComparison.Ordinal),
        BoolValue or IntValue or FloatValue => Numbers.AsDouble(value).GetHashCode(),
        SequenceValue { Kind: SequenceKind.Tuple } tuple => HashOf(tuple, ref parts),
        SequenceValue { Kind: SequenceKind.List } or DictValue => throw ChatTemplateException.WrongType($"unhashable type: '{value.TypeName}'"),
        UndefinedValue => 0,
        _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
    };

    private static int HashOf(SequenceValue tuple, ref int parts)
    {
        var hash = 17;
        for (var i = 0; i < tuple.Items.Count && parts > 0; i++) hash = HashCode.Combine(hash, HashOf(tuple.Items[i], ref parts));
        return hash;
    }
}
