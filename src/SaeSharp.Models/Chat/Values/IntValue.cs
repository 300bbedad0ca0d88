using System.Numerics;

namespace SaeSharp.Models.Chat.Values;

/// <summary>A whole number of any size, as Python has them.</summary>
internal sealed class IntValue(BigInteger number) : Value
{
    public BigInteger Number => number;

    public override string TypeName => "int";

    public override bool IsTrue => !number.IsZero;

    public static IntValue Of(BigInteger number) => new(number);
}
