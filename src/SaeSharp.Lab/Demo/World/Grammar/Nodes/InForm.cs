using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>#p</c>, <c>#0</c>, <c>#past</c>, <c>#ing</c>: a part with its words in one form.</summary>
internal sealed class InForm(Node part, WordForm form) : Node
{
    public override void Write(Pen pen)
    {
        var before = pen.Form;
        pen.Form = form;
        part.Write(pen);
        pen.Form = before;
    }
}
