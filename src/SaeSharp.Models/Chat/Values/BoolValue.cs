namespace SaeSharp.Models.Chat.Values;

/// <summary>True or False; a number where one is needed, as in Python.</summary>
internal sealed class BoolValue : Value
{
    private BoolValue(bool isTrue) => IsTrue = isTrue;

    public static BoolValue True { get; } = new(true);

    public static BoolValue False { get; } = new(false);

    public override string TypeName => "bool";

    public override bool IsTrue { get; }

    public static BoolValue Of(bool value) => value ? True : False;
}
