using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary>One word.</summary>
internal sealed class LiteralWord(int word) : Node
{
    public override void Write(Pen pen) => pen.Emit(word);
}
