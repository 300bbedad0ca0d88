using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{{ value }}</c></summary>
internal sealed class PrintStatement(Expression value) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        scope.Run.Output.Append(PythonText.Of(scope.Run, value.In(scope)));
        return Flow.Next;
    }
}
