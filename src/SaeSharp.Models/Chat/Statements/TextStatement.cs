using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary>Text of the template itself.</summary>
internal sealed class TextStatement(string text) : Statement
{
    protected override Flow Execute(Scope scope)
    {
        scope.Run.Output.Append(text);
        return Flow.Next;
    }
}
