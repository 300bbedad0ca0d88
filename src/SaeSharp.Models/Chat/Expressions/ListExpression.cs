using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary>A list or tuple written out.</summary>
internal sealed class ListExpression(List<Expression> items, SequenceKind kind) : Expression
{
    protected override Value Evaluate(Scope scope)
    {
        scope.Run.Make(items.Count);
        return new SequenceValue([.. items.Select(item => item.In(scope))], kind);
    }
}
