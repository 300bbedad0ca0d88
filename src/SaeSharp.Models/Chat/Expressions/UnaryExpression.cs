using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>not x</c>, <c>-x</c> or <c>+x</c></summary>
internal sealed class UnaryExpression(string sign, Expression operand) : Expression
{
    protected override Value Evaluate(Scope scope) => sign == "not" ? BoolValue.Of(!operand.In(scope).IsTrue) : Numbers.Signed(sign, operand.In(scope));
}
