using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Demo.World.Words;
using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>&lt;list!v&gt;</c>: a word that is asked about beside the remembered word v. A fifth of all pairs, and the words marked ~, are kept out of texts to learn from.</summary>
/// <param name="list">The list.</param>
/// <param name="kept">Number of the remembered word.</param>
/// <param name="words">Size of the vocabulary.</param>
internal sealed class DrawAsked(WordList list, int kept, int words) : Node
{
    private const ulong OneIn = 5;
    private readonly Entries?[] _entries = new Entries?[words]; // by the remembered word; threads that find the same do no harm

    public override void Write(Pen pen)
    {
        var beside = pen.Kept[kept];
        var entries = _entries[beside] ??= Find(beside);
        var drawn = pen.Draw(pen.AllowsHeldOut ? entries.All : entries.Learnt);
        var word = list.Forms(drawn)[0];
        if (list.IsKeptOut(drawn)) pen.HeldOut |= HeldOut.Word;
        if (IsKeptOut(beside, word)) pen.HeldOut |= HeldOut.Pair;
        pen.Emit(word);
    }

    /// <summary>Whether two words never stand together in a request to learn from.</summary>
    public static bool IsKeptOut(int first, int second) => SplitMix.Hash(first, second) % OneIn == 0;

    private Entries Find(int beside)
    {
        int[] all = [.. Enumerable.Range(0, list.Count)];
        return new([.. all.Where(entry => !list.IsKeptOut(entry) && !IsKeptOut(beside, list.Forms(entry)[0]))], all);
    }

    private sealed record Entries(int[] Learnt, int[] All);
}
