using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>value is [not] test(arguments)</c></summary>
internal sealed class TestExpression(Expression input, string name, ArgumentList arguments, bool isNegated) : Expression
{
    protected override Value Evaluate(Scope scope) => BoolValue.Of(Tests.Holds(scope.Run, name, input.In(scope), arguments.In(scope)) != isNegated);
}
