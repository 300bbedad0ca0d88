using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary>A part of a template that has a value.</summary>
internal abstract class Expression
{
    /// <summary>Its value where <paramref name="scope"/>'s names are seen. One step of the rendering.</summary>
    public Value In(Scope scope)
    {
        scope.Run.Enter();
        var value = Evaluate(scope);
        scope.Run.Leave();
        return value;
    }

    protected abstract Value Evaluate(Scope scope);
}
