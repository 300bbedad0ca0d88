using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>value[key]</c>: a key or place first, then an attribute.</summary>
internal sealed class ItemExpression(Expression owner, Expression key) : Expression
{
    protected override Value Evaluate(Scope scope) => Lookup.Item(owner.In(scope), key.In(scope));
}
