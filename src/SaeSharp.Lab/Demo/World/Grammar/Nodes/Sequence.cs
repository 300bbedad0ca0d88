using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary>One part after another.</summary>
internal sealed class Sequence(IReadOnlyList<Node> parts) : Node
{
    private readonly Node[] _parts = [.. parts];

    public override void Write(Pen pen)
    {
        foreach (var part in _parts) part.Write(pen);
    }
}
