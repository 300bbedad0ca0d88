namespace SaeSharp.Lab.Searching;

/// <summary>Names of features, found by their words (BM25), by how these are spelled (parts of words that they share) and, where a model is at hand, by what they mean to it; the ranks fused.</summary>
/// <remarks>Reciprocal rank fusion: Cormack, Clarke, Büttcher, SIGIR 2009, with their 60. Nothing leaves the machine.</remarks>
internal sealed class LabelIndex
{
    private const int Depth = 200;
    private const double Damping = 60;

    private readonly (int Sae, int Feature)[] _owners;
    private readonly WordRanking _words;
    private readonly SpellingRanking _spelling;
    private readonly MeaningRanking? _meaning;

    /// <param name="names">The names; a feature may have several.</param>
    /// <param name="vectors">What words mean; null where no model is at hand.</param>
    public LabelIndex(IEnumerable<(int Sae, int Feature, string Text)> names, WordVectors? vectors = null)
    {
        var all = names.ToList();
        _owners = [.. all.Select(name => (name.Sae, name.Feature))];
        _words = new(all.Select(name => name.Text));
        _spelling = new(_words);
        if (vectors is not null) _meaning = new(_words, vectors);
    }

    /// <summary>How many names there are.</summary>
    public int Count => _owners.Length;

    /// <summary>The features whose names fit best.</summary>
    /// <param name="query">Words.</param>
    /// <param name="passes">Whether a feature may be found at all.</param>
    /// <param name="top">How many.</param>
    /// <param name="compared">Features with a name that pass.</param>
    public IReadOnlyList<(int Sae, int Feature, double Score)> Search(string query, Func<int, int, bool> passes, int top, out long compared)
    {
        var allowed = new bool[_owners.Length];
        compared = 0;
        for (var i = 0; i < allowed.Length; i++)
            if (allowed[i] = passes(_owners[i].Sae, _owners[i].Feature)) compared++;
        var (words, depth) = (WordRanking.WordsOf(query), Math.Max(Depth, 4 * top));
        var scores = new Dictionary<(int Sae, int Feature), double>();
        foreach (var ranking in (IReadOnlyList<int>[])[_words.Rank(words, allowed, depth), _spelling.Rank(words, allowed, depth), _meaning?.Rank(words, allowed, depth) ?? []])
        {
            // A feature with several names counts once in each ranking, at its best.
            foreach (var (rank, owner) in ranking.Select(name => _owners[name]).Distinct().Index())
                scores[owner] = scores.GetValueOrDefault(owner) + 1 / (Damping + rank + 1);
        }
        return [.. scores.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(top).Select(entry => (entry.Key.Sae, entry.Key.Feature, entry.Value))];
    }
}
