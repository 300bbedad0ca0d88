using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>$h</c>: a remembered word.</summary>
internal sealed class Recall(int kept) : Node
{
    public override void Write(Pen pen) => pen.Emit(pen.Kept[kept]);
}
