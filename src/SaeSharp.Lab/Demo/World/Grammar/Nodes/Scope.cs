using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>{negation .. }</c>: a part in which a state holds.</summary>
internal sealed class Scope(int concept, Node part) : Node
{
    public override void Write(Pen pen)
    {
        pen.Open(concept);
        part.Write(pen);
        pen.Close(concept);
    }
}
