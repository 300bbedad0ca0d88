using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>:r.first</c> and <c>:r.rest</c>: remembered words once more. The first alone does not yet show that they will come.</summary>
internal sealed class Again(int number, bool isRest) : Node
{
    public override void Write(Pen pen)
    {
        var (start, end) = pen.Spans[number];
        if (isRest) pen.Repeat(start + 1, end);
        else pen.Repeat(start, start + 1);
    }
}
