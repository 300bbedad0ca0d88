using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary>A part of a template that prints, sets or decides.</summary>
internal abstract class Statement
{
    /// <summary>Does it where <paramref name="scope"/>'s names are seen. One step of the rendering.</summary>
    public Flow Run(Scope scope)
    {
        scope.Run.Enter();
        var flow = Execute(scope);
        scope.Run.Leave();
        return flow;
    }

    protected abstract Flow Execute(Scope scope);
}

/// <summary>Where a loop goes on after a statement.</summary>
internal enum Flow { Next, Continue, Break }
