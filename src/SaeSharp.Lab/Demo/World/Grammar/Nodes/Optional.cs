using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>[40 .. ]</c>: a part that is there in that many of a hundred texts.</summary>
internal sealed class Optional(int percent, Node part) : Node
{
    public override void Write(Pen pen)
    {
        if (pen.Happens(percent)) part.Write(pen);
    }
}
