using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>a if condition else b</c>; undefined where there is no else.</summary>
internal sealed class ConditionalExpression(Expression condition, Expression value, Expression? otherwise) : Expression
{
    protected override Value Evaluate(Scope scope) => condition.In(scope).IsTrue
        ? value.In(scope)
        : otherwise?.In(scope) ?? new UndefinedValue("the inline if-expression evaluated to false and no else section was defined.");
}
