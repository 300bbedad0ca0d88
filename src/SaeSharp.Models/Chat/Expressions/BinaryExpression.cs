using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary>Arithmetic, and what <c>+</c>, <c>*</c> and <c>%</c> do to texts and lists.</summary>
internal sealed class BinaryExpression(string sign, Expression left, Expression right) : Expression
{
    protected override Value Evaluate(Scope scope) => Arithmetic.Of(scope.Run, sign, left.In(scope), right.In(scope));
}
