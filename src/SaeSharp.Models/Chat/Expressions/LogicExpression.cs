using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>a and b</c>, <c>a or b</c>: the operand that decides, not true or false.</summary>
internal sealed class LogicExpression(Expression left, Expression right, bool isOr) : Expression
{
    protected override Value Evaluate(Scope scope)
    {
        var value = left.In(scope);
        return value.IsTrue == isOr ? value : right.In(scope);
    }
}
