namespace SaeSharp.Models.Chat.Values;

/// <summary>A floating-point number; it prints as one even where it is whole.</summary>
internal sealed class FloatValue(double number) : Value
{
    public double Number => number;

    public override string TypeName => "float";

    public override bool IsTrue => number != 0;
}
