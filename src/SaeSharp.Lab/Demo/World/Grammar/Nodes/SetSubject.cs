using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>@i</c>, <c>@it</c>, <c>@they</c>: what verbs agree with from here on.</summary>
internal sealed class SetSubject(Subject subject) : Node
{
    public override void Write(Pen pen) => pen.Subject = subject;
}
