using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>{:r .. }</c>: remembers the words of a part.</summary>
internal sealed class Span(int number, Node part) : Node
{
    public override void Write(Pen pen)
    {
        var start = pen.Position;
        part.Write(pen);
        pen.Spans[number] = (start, pen.Position);
    }
}
