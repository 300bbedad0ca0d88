using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>value | filter(arguments)</c>. In a block the innermost has no input of its own: it is the block's text.</summary>
internal sealed class FilterExpression(Expression? input, string name, ArgumentList arguments) : Expression
{
    /// <summary>The result for a block that has printed <paramref name="text"/>.</summary>
    public Value Of(Scope scope, Value text)
    {
        var value = input is FilterExpression inner ? inner.Of(scope, text) : text;
        return Filters.Apply(scope.Run, name, value, arguments.In(scope));
    }

    protected override Value Evaluate(Scope scope) => Filters.Apply(scope.Run, name, input!.In(scope), arguments.In(scope));
}
