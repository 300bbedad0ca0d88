using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>&lt;-list&gt;</c>: a word that this has not yet given in the document.</summary>
internal sealed class DrawUnused(WordList list) : Node
{
    public override void Write(Pen pen) => pen.Emit(list.Word(pen.DrawUnused(list), pen.Form));
}
