using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>!tone=sad</c>, <c>!tone</c> and <c>?tone</c>: decides a variable, forgets it, or says that it will be decided.</summary>
internal sealed class Decide(StateVariable variable, int value) : Node
{
    /// <summary>In place of a value: what <c>!tone</c> and <c>?tone</c> do.</summary>
    public const int Forget = -1, Later = -2;

    public override void Write(Pen pen)
    {
        if (value == Forget) pen.Forget(variable);
        else if (value == Later) pen.Undecide(variable);
        else pen.Set(variable, value);
    }
}
