using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% for %}</c>: each turn has names of its own, so what it sets is gone at its end.</summary>
internal sealed class ForStatement(Target target, Expression items, Expression? test, Statement body, Statement? otherwise) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        var turns = Iteration.Of(scope.Run, items.In(scope));
        if (test is not null) turns = [.. turns.Where(item => test.In(TurnOf(scope, item)).IsTrue)];
        var loop = new LoopValue(turns, scope.LoopDepth);
        var hasTurn = false; // Jinja takes note at the end of a turn, so one that is broken off does not count
        for (var i = 0; i < turns.Count; i++)
        {
            loop.Index = i;
            var turn = TurnOf(scope, turns[i]);
            turn.Set("loop", loop);
            var flow = body.Run(turn);
            hasTurn |= flow == Flow.Next;
            if (flow == Flow.Break) break;
        }
        if (!hasTurn) otherwise?.Run(new(scope.Run, scope));
        return Flow.Next;
    }

    private Scope TurnOf(Scope scope, Value item)
    {
        var turn = new Scope(scope.Run, scope) { LoopDepth = scope.LoopDepth + 1 };
        target.Assign(turn, item);
        return turn;
    }
}
