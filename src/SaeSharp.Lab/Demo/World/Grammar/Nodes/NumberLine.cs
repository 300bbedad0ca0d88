using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>&lt;count-up&gt;</c> and <c>&lt;count-down&gt;</c>: a run of numbers in steps of one, two or three. Both begin with the same numbers, so the direction shows at the second.</summary>
/// <param name="words">The words of 0, 1, ... 99.</param>
/// <param name="comma">The word between.</param>
/// <param name="concept">The state from the second number on.</param>
/// <param name="direction">+1 or −1.</param>
internal sealed class NumberLine(int[] words, int comma, int concept, int direction) : Node
{
    private const int Fewest = 5, Most = 11, Widest = 3;
    private static readonly int[] Starts = [.. Enumerable.Range((Most - 1) * Widest, 100 - 2 * (Most - 1) * Widest)];
    private static readonly WeightedChoice Step = new([.. Enumerable.Repeat(1, Widest)]), Length = new([.. Enumerable.Repeat(1, Most - Fewest + 1)]);

    public override void Write(Pen pen)
    {
        var (number, step, length) = (pen.Draw(Starts), 0, Fewest);
        pen.Emit(words[number]);
        for (var i = 1; i < length; i++)
        {
            pen.Emit(comma);
            if (i == 1)
            {
                step = 1 + pen.Draw(Step);
                pen.Open(concept);
            }
            if (i == Fewest - 1) length += pen.Draw(Length);
            pen.Emit(words[number + i * step * direction]);
        }
        pen.Close(concept);
    }
}
