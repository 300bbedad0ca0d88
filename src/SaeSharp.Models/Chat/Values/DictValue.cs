namespace SaeSharp.Models.Chat.Values;

/// <summary>Keys and values in the order of insertion.</summary>
internal sealed class DictValue(OrderedDictionary<Value, Value> members) : Value
{
    public OrderedDictionary<Value, Value> Members => members;

    public override string TypeName => "dict";

    public override bool IsTrue => members.Count > 0;

    public static OrderedDictionary<Value, Value> NewMembers(int capacity = 0) => new(capacity, KeyComparer.Instance);

    public Value? Find(Value key) => members.GetValueOrDefault(key);
}
