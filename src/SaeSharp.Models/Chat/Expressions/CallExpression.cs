using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>function(arguments)</c></summary>
internal sealed class CallExpression(Expression function, ArgumentList arguments) : Expression
{
    /// <summary>Calls with one more argument, which a call block adds.</summary>
    public Value In(Scope scope, FunctionValue caller)
    {
        var given = arguments.In(scope);
        return Call(scope, given with { Named = [.. given.Named, KeyValuePair.Create<string, Value>("caller", caller)] });
    }

    protected override Value Evaluate(Scope scope) => Call(scope, arguments.In(scope));

    private Value Call(Scope scope, Arguments given) => function.In(scope) switch
    {
        FunctionValue callable => callable.Call(scope.Run, given),
        UndefinedValue undefined => throw undefined.Failure(),
        var value => throw ChatTemplateException.WrongType($"'{value.TypeName}' object is not callable"),
    };
}
