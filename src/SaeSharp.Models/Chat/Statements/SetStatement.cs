using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% set name = value %}</c></summary>
internal sealed class SetStatement(Target target, Expression value) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        target.Assign(scope, value.In(scope));
        return Flow.Next;
    }
}
