using System.Globalization;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>The merges of a BPE: which pairs of tokens become one, in which order, and which token comes out.</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<(int Left, int Right), int> ranks = [];
    private readonly List<int> results = [];
    private readonly HashSet<(char, char)> seams = [];

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

    /// <summary>The rank of the merge of two tokens, or -1 where there is none.</summary>
    public int RankOf(int left, int right) => ranks.TryGetValue((left, right), out var rank) ? rank : -1;

    /// <summary>The token that the merge of this rank makes.</summary>
    public int ResultOf(int rank) => results[rank];

    /// <summary>Whether any merge makes one token of what ends in <paramref name="left"/> and what begins with <paramref name="right"/>.</summary>
    public bool Joins(char left, char right) => seams.Contains((left, right));

    private void AddLine(string line, Vocabulary vocabulary, string prefix, Func<string, FileException> wrong)
    {
        const string comment = "#version";
        if (!line.StartsWith(comment, StringComparison.Ordinal)) Add(line.Split(' '), vocabulary, prefix, wrong);
    }

    private void Add(string[] parts, Vocabulary vocabulary, string prefix, Func<string, FileException> wrong)
    {
        if (parts is not [{ Length: > 0 } left, { Length: > 0 } right]) throw wrong("a pair of tokens");
        if (!right.StartsWith(prefix, StringComparison.Ordinal)) throw wrong($"a merge whose right part begins with '{prefix}'");
        ranks[(IdOf(left), IdOf(right))] = results.Count;
        results.Add(IdOf(left + right[prefix.Length..]));
        seams.Add((left[^1], right[0]));

        int IdOf(string token) => vocabulary.TryGet(token, out var id) ? id : throw wrong($"a merge of tokens of the vocabulary ('{token}' is not in it)");
    }
}
