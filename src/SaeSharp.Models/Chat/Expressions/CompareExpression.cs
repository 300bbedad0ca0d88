using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary>Comparisons in a row: <c>a &lt; b &lt;= c</c> holds where each holds.</summary>
internal sealed class CompareExpression(Expression first, List<(string Sign, Expression Value)> rest) : Expression
{
    protected override Value Evaluate(Scope scope)
    {
        var left = first.In(scope);
        foreach (var (sign, expression) in rest)
        {
            var right = expression.In(scope);
            if (!Comparison.Holds(scope.Run, sign, left, right)) return BoolValue.False;
            left = right;
        }
        return BoolValue.True;
    }
}
