using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary>Statements one after another.</summary>
internal sealed class BlockStatement(List<Statement> statements) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        foreach (var statement in statements)
            if (statement.Run(scope) is not Flow.Next and var flow) return flow;
        return Flow.Next;
    }
}
