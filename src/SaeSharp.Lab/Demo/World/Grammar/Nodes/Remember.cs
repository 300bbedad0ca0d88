using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>&lt;h=name&gt;</c>: remembers the word that the part ends with.</summary>
internal sealed class Remember(int kept, Node part) : Node
{
    public override void Write(Pen pen)
    {
        part.Write(pen);
        pen.Kept[kept] = pen.Ids[^1];
    }
}
