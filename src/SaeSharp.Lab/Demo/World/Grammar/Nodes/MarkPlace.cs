using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>%verb</c>: marks the next token.</summary>
internal sealed class MarkPlace(PlaceMark mark) : Node
{
    public override void Write(Pen pen) => pen.Marks[(int)mark] = pen.Position;
}
