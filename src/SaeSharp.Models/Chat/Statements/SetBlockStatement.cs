using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% set name | filter %}text{% endset %}</c>: the text it prints becomes the value.</summary>
internal sealed class SetBlockStatement(Target target, FilterExpression? filter, Statement body) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        var text = scope.Run.Capture(() => body.Run(new(scope.Run, scope)));
        target.Assign(scope, filter is null ? text : filter.Of(scope, text));
        return Flow.Next;
    }
}
