using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary>One of several parts: <c>( a | b )</c>, or a rule's lines with their weights. Those marked ~ are kept out of texts to learn from.</summary>
internal sealed class Alternatives : Node
{
    private readonly Node[] _parts;
    private readonly bool[] _keptOut;
    private readonly WeightedChoice _learnt, _all;

    /// <param name="parts">The parts.</param>
    /// <param name="weights">How often each is chosen.</param>
    /// <param name="keptOut">Whether it is never in texts to learn from.</param>
    public Alternatives(IReadOnlyList<Node> parts, IReadOnlyList<int> weights, IReadOnlyList<bool> keptOut)
    {
        (_parts, _keptOut) = ([.. parts], [.. keptOut]);
        (_learnt, _all) = (new([.. weights.Zip(keptOut, (weight, isKeptOut) => isKeptOut ? 0 : weight)]), new(weights));
    }

    public override void Write(Pen pen)
    {
        var chosen = _parts.Length == 1 ? 0 : pen.Draw(pen.AllowsHeldOut ? _all : _learnt);
        if (_keptOut[chosen]) pen.HeldOut |= HeldOut.Frame;
        _parts[chosen].Write(pen);
    }
}
