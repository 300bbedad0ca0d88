using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% filter name %}text{% endfilter %}</c></summary>
internal sealed class FilterStatement(FilterExpression filter, Statement body) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        var text = scope.Run.Capture(() => body.Run(new(scope.Run, scope)));
        scope.Run.Output.Append(PythonText.Of(scope.Run, filter.Of(scope, text)));
        return Flow.Next;
    }
}
