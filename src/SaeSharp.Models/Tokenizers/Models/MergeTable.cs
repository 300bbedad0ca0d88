using System.Globalization;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>The merges of a BPE: which pairs of tokens become one, in which order, and which token comes out.</summary>
internal sealed class MergeTable
{
    private const int LeastSlots = 64;

    private readonly List<int> results = [];
    private readonly SeamFilter seams = new();
    private Slot[] slots = new Slot[LeastSlots];
    private int count;

    /// <summary>A pair and its rank; 0 is an empty slot.</summary>
    private record struct Slot(int Left, int Right, int RankPlusOne);

    private MergeTable() { }

    /// <summary>Reads a list of <c>"left right"</c> or <c>["left", "right"]</c>, the first having rank 0. Of a pair that stands twice the later rank counts.</summary>
    /// <param name="field">The list.</param>
    /// <param name="vocabulary">Must hold both parts and the result of every merge.</param>
    /// <param name="prefix">What the right part begins with and the result drops (continuing_subword_prefix).</param>
    public static MergeTable Read(JsonField field, Vocabulary vocabulary, string prefix)
    {
        var table = new MergeTable();
        foreach (var merge in field.Items())
        {
            if (merge.IsText) table.AddLine(merge.Text(), vocabulary, prefix, merge.Wrong);
            else table.Add([.. merge.Items().Select(part => part.Text())], vocabulary, prefix, merge.Wrong);
        }
        return table;
    }

    /// <summary>Reads merges.txt: one <c>left right</c> a line.</summary>
    public static MergeTable Read(string file, IEnumerable<string> lines, Vocabulary vocabulary)
    {
        var table = new MergeTable();
        var number = 0;
        foreach (var line in lines)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"line {++number}");
            if (line.Length > 0) table.AddLine(line, vocabulary, "", expected => FileException.Malformed(file, place, $"'{line}', expected {expected}"));
        }
        return table;
    }

    /// <summary>Makes the table of tiktoken: any two tokens that make a token together merge, and the earlier token first.</summary>
    /// <param name="tokens">Tokens and ids from the first rank to the last.</param>
    /// <param name="vocabulary">The same tokens.</param>
    public static MergeTable OfRanks(IReadOnlyList<(string Token, int Id)> tokens, Vocabulary vocabulary)
    {
        var table = new MergeTable();
        foreach (var (token, id) in tokens)
        {
            for (var at = 1; at < token.Length; at++)
            {
                if (vocabulary.TryGet(token.AsSpan(0, at), out var left) && vocabulary.TryGet(token.AsSpan(at), out var right)) table.Set(left, right, table.results.Count);
            }
            table.results.Add(id);
        }
        return table;
    }

    /// <summary>The rank of the merge of two tokens, or -1 where there is none.</summary>
    public int RankOf(int left, int right)
    {
        var table = slots;
        for (var at = HashOf(left, right, table.Length); ; at = (at + 1) & (table.Length - 1))
        {
            ref readonly var slot = ref table[at];
            if (slot.RankPlusOne == 0) return -1;
            if (slot.Left == left && slot.Right == right) return slot.RankPlusOne - 1;
        }
    }

    /// <summary>The token that the merge of this rank makes.</summary>
    public int ResultOf(int rank) => results[rank];

    /// <summary>Whether a merge may make one token of what ends in <paramref name="left"/> and what begins with <paramref name="right"/>; false only where none does.</summary>
    public bool MayJoin(char left, char right) => seams.MayJoin(left, right);

    private static int HashOf(int left, int right, int slots)
    {
        const ulong odd = 0x9E3779B97F4A7C15;   // 2⁶⁴ over the golden ratio
        return (int)((((ulong)(uint)left << 32 | (uint)right) * odd ^ (uint)left * odd >> 13) >> 33) & (slots - 1);
    }

    private void Set(int left, int right, int rank)
    {
        if (2 * (count + 1) > slots.Length) Grow();
        var at = HashOf(left, right, slots.Length);
        while (slots[at].RankPlusOne != 0 && (slots[at].Left != left || slots[at].Right != right)) at = (at + 1) & (slots.Length - 1);
        if (slots[at].RankPlusOne == 0) count++;
        slots[at] = new(left, right, rank + 1);
    }

    private void Grow()
    {
        var old = slots;
        slots = new Slot[checked(old.Length * 2)];
        count = 0;
        foreach (var slot in old)
        {
            if (slot.RankPlusOne != 0) Set(slot.Left, slot.Right, slot.RankPlusOne - 1);
        }
    }

    private void AddLine(string line, Vocabulary vocabulary, string prefix, Func<string, FileException> wrong)
    {
        const string comment = "#version";
        if (!line.StartsWith(comment, StringComparison.Ordinal)) Add(line.Split(' '), vocabulary, prefix, wrong);
    }

    private void Add(string[] parts, Vocabulary vocabulary, string prefix, Func<string, FileException> wrong)
    {
        if (parts is not [{ Length: > 0 } left, { Length: > 0 } right]) throw wrong("a pair of tokens");
        if (!right.StartsWith(prefix, StringComparison.Ordinal)) throw wrong($"a merge whose right part begins with '{prefix}'");
        Set(IdOf(left), IdOf(right), results.Count);
        results.Add(IdOf(left + right[prefix.Length..]));
        seams.Add(left[^1], right[0]);

        int IdOf(string token) => vocabulary.TryGet(token, out var id) ? id : throw wrong($"a merge of tokens of the vocabulary ('{token}' is not in it)");
    }
}
