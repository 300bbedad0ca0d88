using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>value[start:end:step]</c></summary>
internal sealed class SliceExpression(Expression owner, Expression? start, Expression? end, Expression? step) : Expression
{
    protected override Value Evaluate(Scope scope) => Slicing.Of(scope.Run, owner.In(scope), start?.In(scope), end?.In(scope), step?.In(scope));
}
