using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>&lt;adj@tone&gt;</c>: the member for what the variable is, which is drawn now where it was not before.</summary>
internal sealed class Family(StateVariable variable, IReadOnlyList<Node> members) : Node
{
    public override void Write(Pen pen) => members[pen.Resolve(variable)].Write(pen);
}
