using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>&lt;sum&gt;</c>: 'three plus four is seven', or minus.</summary>
/// <param name="words">The words of 0, 1, 2, ...</param>
/// <param name="plus">The word 'plus'.</param>
/// <param name="minus">The word 'minus'.</param>
/// <param name="equal">The word 'is'.</param>
internal sealed class SumLine(int[] words, int plus, int minus, int equal) : Node
{
    private const int Largest = 10;
    private static readonly int[] Addends = [.. Enumerable.Range(1, Largest)];

    public override void Write(Pen pen)
    {
        var isMinus = pen.Happens(50);
        var first = pen.Draw(Addends);
        var second = pen.Draw(isMinus ? Addends[..first] : Addends);
        pen.Emit(words[first]);
        pen.Emit(isMinus ? minus : plus);
        pen.Emit(words[second]);
        pen.Emit(equal);
        pen.Emit(words[isMinus ? first - second : first + second]);
    }
}
