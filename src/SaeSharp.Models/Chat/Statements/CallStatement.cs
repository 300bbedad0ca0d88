using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% call macro() %}text{% endcall %}</c>: the macro can print the text with <c>caller()</c>.</summary>
internal sealed class CallStatement(CallExpression call, MacroStatement caller) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        scope.Run.Output.Append(PythonText.Of(scope.Run, call.In(scope, caller.Define(scope))));
        return Flow.Next;
    }
}
