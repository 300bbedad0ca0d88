using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>Where each counted token of a corpus stands: its window, its position, its neighbours, and where its like stand.</summary>
internal sealed class TokenPlaces
{
    private readonly int[] _starts, _windowOf, _byId;
    private readonly Dictionary<int, (int First, int Count)> _places;

    public TokenPlaces(IReadOnlyList<Window> windows)
    {
        Windows = windows;
        _starts = new int[windows.Count + 1];
        for (var i = 0; i < windows.Count; i++) _starts[i + 1] = checked(_starts[i] + windows[i].Kept.Length);
        (Ids, IdsBefore, Positions, _windowOf) = (new int[_starts[^1]], new int[_starts[^1]], new int[_starts[^1]], new int[_starts[^1]]);
        for (var i = 0; i < windows.Count; i++)
        {
            for (var j = 0; j < windows[i].Kept.Length; j++)
            {
                var token = _starts[i] + j;
                var (ids, at) = (windows[i].Ids, windows[i].Kept[j]);
                (Ids[token], IdsBefore[token], Positions[token], _windowOf[token]) = (ids[at], at > 0 ? ids[at - 1] : -1, at, i);
            }
        }
        var counts = new int[Ids.Length == 0 ? 0 : Ids.Max() + 1];
        foreach (var id in Ids) counts[id]++;
        (_places, _byId) = ([], new int[Ids.Length]);
        var (first, next) = (0, new int[counts.Length]);
        for (var id = 0; id < counts.Length; id++)
        {
            if (counts[id] > 0) _places[id] = (first, counts[id]);
            next[id] = first;
            first += counts[id];
        }
        for (var token = 0; token < Ids.Length; token++) _byId[next[Ids[token]]++] = token;
        IdLimit = counts.Length;
        foreach (var position in Positions) TokensAt[TokenProfile.OctaveOf(position)]++;
    }

    /// <summary>The windows, in the order of the corpus.</summary>
    public IReadOnlyList<Window> Windows { get; }

    /// <summary>Token id of each counted token.</summary>
    public int[] Ids { get; }

    /// <summary>Token id right before each counted token in its window, counted or not; −1 where there is none.</summary>
    public int[] IdsBefore { get; }

    /// <summary>Position of each counted token in its window.</summary>
    public int[] Positions { get; }

    /// <summary>Counted tokens in each octave of positions.</summary>
    public long[] TokensAt { get; } = new long[TokenProfile.Octaves];

    /// <summary>Every id is below it.</summary>
    public int IdLimit { get; }

    /// <summary>The counted tokens with this id, in order.</summary>
    public ReadOnlySpan<int> PlacesOf(int id) => _places.TryGetValue(id, out var at) ? _byId.AsSpan(at.First, at.Count) : [];

    /// <summary>Number of the window that holds a token.</summary>
    public int WindowOf(int token) => _windowOf[token];

    /// <summary>The tokens of a window: [first, end).</summary>
    public (int First, int End) TokensOf(int window) => (_starts[window], _starts[window + 1]);

    /// <summary>The document that a position of a window belongs to.</summary>
    public long DocumentOf(int window, int position)
    {
        var (document, starts) = (Windows[window].Document, Windows[window].Starts);
        foreach (var start in starts)
        {
            if (start > position) break;
            document++;
        }
        return document;
    }

    /// <summary>The counted token at a position of a window; −1 where there is none.</summary>
    public int TokenAt(int window, int position)
    {
        if ((uint)window >= (uint)Windows.Count) return -1;
        var found = Array.BinarySearch(Positions, _starts[window], _starts[window + 1] - _starts[window], position);
        return found < 0 ? -1 : found;
    }

    /// <summary>The ids of the whole window.</summary>
    public int[] WindowIds(int window) => Windows[window].Ids;

    /// <summary>Token ids around a position, and the position of the first of them.</summary>
    public (int First, int[] Ids) Context(int window, int position, int before, int after)
    {
        var ids = Windows[window].Ids;
        var first = Math.Max(0, position - before);
        return (first, ids[first..Math.Min(ids.Length, position + after + 1)]);
    }
}
