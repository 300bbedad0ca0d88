namespace SaeSharp.Models.Chat.Values;

/// <summary>None, which is JSON's null.</summary>
internal sealed class NoneValue : Value
{
    private NoneValue() { }

    public static NoneValue Instance { get; } = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;
}
