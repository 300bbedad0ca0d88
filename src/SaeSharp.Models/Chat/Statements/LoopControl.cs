using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% break %}</c> and <c>{% continue %}</c></summary>
internal sealed class LoopControl(Flow flow) : Statement
{
    protected override Flow Execute(Scope scope) => flow;
}
