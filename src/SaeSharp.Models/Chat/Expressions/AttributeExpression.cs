using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>value.name</c>: a method or attribute first, then a key.</summary>
internal sealed class AttributeExpression(Expression owner, string name) : Expression
{
    protected override Value Evaluate(Scope scope) => Lookup.Attribute(owner.In(scope), name);
}
