using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% if %}</c> with its elifs and else. It has no scope of its own: what is set in it stays.</summary>
internal sealed class IfStatement(List<(Expression Condition, Statement Body)> branches, Statement? otherwise) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        foreach (var (condition, body) in branches)
            if (condition.In(scope).IsTrue) return body.Run(scope);
        return otherwise?.Run(scope) ?? Flow.Next;
    }
}
