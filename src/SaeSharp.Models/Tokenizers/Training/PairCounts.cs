using System.Runtime.InteropServices;

namespace SaeSharp.Models.Tokenizers.Training;

/// <summary>How often each pair of neighbours comes, and in which words.</summary>
internal sealed class PairCounts
{
    private readonly List<CountedWord> _words;
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _queue = new();

    public PairCounts(List<CountedWord> words)
    {
        _words = words;
        foreach (var (place, word) in words.Index())
            for (var i = 0; i + 1 < word.Tokens.Count; i++) Change((word.Tokens[i], word.Tokens[i + 1]), word.Count, place);
        foreach (var pair in _counts.Keys) Enqueue(pair);
    }

    /// <summary>The commonest pair; of equals that with the smaller ids. Null where none is left.</summary>
    public (int Left, int Right)? TakeCommonest()
    {
        while (_queue.TryDequeue(out var pair, out var order))
        {
            var count = _counts.GetValueOrDefault(pair);
            if (count == -order.Count && count > 0) return pair;
            if (count > 0) Enqueue(pair); // it was counted down since
        }
        return null;
    }

    /// <summary>Puts one token in place of the pair in every word.</summary>
    public void Merge((int Left, int Right) pair, int id)
    {
        var changed = new HashSet<(int, int)>();
        foreach (var place in _places[pair].Order())
        {
            _words[place].Merge(pair, id, (other, count) =>
            {
                Change(other, count, place);
                if (count > 0) changed.Add(other);
            });
        }
        _places.Remove(pair);
        _counts.Remove(pair);
        foreach (var other in changed) Enqueue(other);
    }

    private void Change((int, int) pair, long count, int place)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += count;
        if (count <= 0) return;
        if (!_places.TryGetValue(pair, out var places)) _places[pair] = places = [];
        places.Add(place);
    }

    private void Enqueue((int Left, int Right) pair) => _queue.Enqueue(pair, (-_counts[pair], pair.Left, pair.Right));
}
