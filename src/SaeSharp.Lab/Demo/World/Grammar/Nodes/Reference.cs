using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>&lt;name&gt;</c>: a rule or a list, found once all are read.</summary>
internal sealed class Reference(string name) : Node
{
    public string Name => name;

    public Node? Target { get; set; }

    public override void Write(Pen pen) => Target!.Write(pen);
}
