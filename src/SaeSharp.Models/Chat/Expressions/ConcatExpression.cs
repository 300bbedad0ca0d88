using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary><c>a ~ b ~ c</c>: the texts of any values, one after another.</summary>
internal sealed class ConcatExpression(List<Expression> parts) : Expression
{
    protected override Value Evaluate(Scope scope)
    {
        var text = new TextBuilder(scope.Run);
        foreach (var part in parts) text.Append(PythonText.Of(scope.Run, part.In(scope)));
        return text.Build();
    }
}
