namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Finds all tokens that a text begins with, unit by unit. The children of a node lie side by side, sorted.</summary>
internal sealed class TokenTrie
{
    public const int Root = 0;
    public const int Nowhere = -1;

    private readonly int[] rootChildren = new int[char.MaxValue + 1];
    private readonly List<char> units = ['\0'];
    private readonly List<int?> ids = [null];
    private readonly List<int> firstChild = [];   // of node i: firstChild[i] to firstChild[i + 1]

    /// <param name="tokens">Tokens and their ids, no token twice. An empty one is never found.</param>
    public TokenTrie(IEnumerable<(string Token, int Id)> tokens)
    {
        var sorted = tokens.Where(token => token.Token.Length > 0).ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Token, b.Token));

        // Breadth first: a node is the range of tokens that share its beginning.
        var ranges = new Queue<(int Start, int End)>([(0, sorted.Length)]);
        for (var (depth, left) = (0, 1); ranges.Count > 0; left = ranges.Count, depth++)
        {
            for (; left > 0; left--)
            {
                var (start, end) = ranges.Dequeue();
                firstChild.Add(units.Count);
                if (depth > 0 && sorted[start].Token.Length == depth) start++;
                for (int next; start < end; start = next)
                {
                    var unit = sorted[start].Token[depth];
                    next = start + 1;
                    while (next < end && sorted[next].Token[depth] == unit) next++;
                    units.Add(unit);
                    ids.Add(sorted[start].Token.Length == depth + 1 ? sorted[start].Id : null);
                    ranges.Enqueue((start, next));
                }
            }
        }
        firstChild.Add(units.Count);
        Array.Fill(rootChildren, Nowhere);
        for (var child = firstChild[Root]; child < firstChild[Root + 1]; child++) rootChildren[units[child]] = child;
    }

    /// <summary>The node behind <paramref name="node"/> by way of <paramref name="unit"/>, or <see cref="Nowhere"/>.</summary>
    public int Step(int node, char unit)
    {
        if (node == Root) return rootChildren[unit];
        var (low, high) = (firstChild[node], firstChild[node + 1] - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (units[middle] == unit) return middle;
            if (units[middle] < unit) low = middle + 1;
            else high = middle - 1;
        }
        return Nowhere;
    }

    /// <summary>The token that ends at a node, if any.</summary>
    public int? IdAt(int node) => ids[node];

    /// <summary>The length of the longest token that <paramref name="text"/> begins with; 0 where there is none.</summary>
    public int LongestIn(ReadOnlySpan<char> text, out int id)
    {
        id = 0;
        var (node, length) = (Root, 0);
        for (var i = 0; i < text.Length && (node = Step(node, text[i])) >= 0; i++)
        {
            if (ids[node] is { } found) (id, length) = (found, i + 1);
        }
        return length;
    }
}
