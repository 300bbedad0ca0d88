using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary>A number, text or constant as it stands.</summary>
internal sealed class LiteralExpression(Value value) : Expression
{
    protected override Value Evaluate(Scope scope) => value;
}
