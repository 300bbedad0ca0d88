using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary>A word of a list, in the form that is asked for.</summary>
internal sealed class DrawWord(WordList list) : Node
{
    public override void Write(Pen pen) => pen.Emit(list.Word(pen.Draw(list), pen.Form));
}
