using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% with name = value %}</c>: names for the text inside only.</summary>
internal sealed class WithStatement(List<(Target Target, Expression Value)> values, Statement body) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        var inside = new Scope(scope.Run, scope);
        foreach (var (target, value) in values) target.Assign(inside, value.In(scope));
        return body.Run(inside);
    }
}
