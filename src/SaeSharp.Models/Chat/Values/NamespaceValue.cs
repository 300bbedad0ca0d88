namespace SaeSharp.Models.Chat.Values;

/// <summary>A <c>namespace(...)</c>: the one value whose attributes a template may set, so that a loop can tell what it found to the text after it.</summary>
internal sealed class NamespaceValue : Value
{
    private readonly Dictionary<string, Value> _attributes = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    public IReadOnlyDictionary<string, Value> Attributes => _attributes;

    public void Set(string name, Value value) => _attributes[name] = value;
}
