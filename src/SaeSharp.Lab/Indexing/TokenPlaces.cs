using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>Where each counted token of a corpus stands: its window, its position, its neighbours.</summary>
internal sealed class TokenPlaces
{
    private readonly IReadOnlyList<Window> _windows;
    private readonly int[] _starts;

    public TokenPlaces(IReadOnlyList<Window> windows)
    {
        _windows = windows;
        _starts = new int[windows.Count + 1];
        for (var i = 0; i < windows.Count; i++) _starts[i + 1] = checked(_starts[i] + windows[i].Kept.Length);
        Ids = new int[_starts[^1]];
        for (var i = 0; i < windows.Count; i++)
            for (var j = 0; j < windows[i].Kept.Length; j++) Ids[_starts[i] + j] = windows[i].Ids[windows[i].Kept[j]];
        Occurrences = Ids.CountBy(id => id).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
    }

    /// <summary>Token id of each counted token.</summary>
    public int[] Ids { get; }

    /// <summary>How often each id occurs among them.</summary>
    public IReadOnlyDictionary<int, long> Occurrences { get; }

    /// <summary>Number of the window that holds a token.</summary>
    public int WindowOf(int token)
    {
        var found = Array.BinarySearch(_starts, token);
        if (found < 0) return ~found - 1;
        while (_starts[found + 1] == token) found++; // a window in which nothing counts has the start of the next
        return found;
    }

    /// <summary>The tokens of a window: [first, end).</summary>
    public (int First, int End) TokensOf(int window) => (_starts[window], _starts[window + 1]);

    public long DocumentOf(int window) => _windows[window].Document;

    /// <summary>Position of a token in its window.</summary>
    public int PositionOf(int token, int window) => _windows[window].Kept[token - _starts[window]];

    /// <summary>Token ids around a position, and the position of the first of them.</summary>
    public (int First, int[] Ids) Context(int window, int position, int before, int after)
    {
        var ids = _windows[window].Ids;
        var first = Math.Max(0, position - before);
        return (first, ids[first..Math.Min(ids.Length, position + after + 1)]);
    }
}
