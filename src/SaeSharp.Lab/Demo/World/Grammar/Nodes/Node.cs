using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary>A part of the grammar.</summary>
internal abstract class Node
{
    public abstract void Write(Pen pen);
}
