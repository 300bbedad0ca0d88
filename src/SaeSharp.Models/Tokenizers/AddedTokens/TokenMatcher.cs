using System.Buffers;

namespace SaeSharp.Models.Tokenizers.AddedTokens;

/// <summary>Finds the leftmost of several words in a text and, of those that begin there, the longest.</summary>
internal sealed class TokenMatcher
{
    private readonly Dictionary<(int Node, char Unit), int> edges = [];
    private readonly List<int?> idAt = [null];
    private readonly SearchValues<char> firstUnits;

    public TokenMatcher(IEnumerable<(string Word, int Id)> words)
    {
        var nonEmpty = words.Where(word => word.Word.Length > 0).ToList();
        foreach (var (word, id) in nonEmpty)
        {
            var node = 0;
            foreach (var unit in word) node = Child(node, unit);
            idAt[node] = id;
        }
        firstUnits = SearchValues.Create([.. nonEmpty.Select(word => word.Word[0]).Distinct()]);
    }

    /// <summary>The first match at or after <paramref name="from"/>, of those that <paramref name="counts"/> holds for; false where there is none.</summary>
    public bool Find(ReadOnlySpan<char> text, int from, out (int Start, int End, int Id) match, Func<int, int, int, bool>? counts = null)
    {
        while (true)
        {
            var skipped = text[from..].IndexOfAny(firstUnits);
            if (skipped < 0)
            {
                match = default;
                return false;
            }
            from += skipped;
            if (MatchAt(text, from, out match, counts)) return true;
            from++;
        }
    }

    private bool MatchAt(ReadOnlySpan<char> text, int start, out (int Start, int End, int Id) match, Func<int, int, int, bool>? counts)
    {
        match = default;
        var found = false;
        var node = 0;
        for (var i = start; i < text.Length && edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (idAt[node] is not { } id || counts is not null && !counts(start, i + 1, id)) continue;
            match = (start, i + 1, id);
            found = true;
        }
        return found;
    }

    private int Child(int node, char unit)
    {
        if (edges.TryGetValue((node, unit), out var child)) return child;
        idAt.Add(null);
        edges.Add((node, unit), idAt.Count - 1);
        return idAt.Count - 1;
    }
}
