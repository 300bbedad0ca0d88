using System.Numerics;

namespace SaeSharp.Lab.Searching;

/// <summary>Ranks short texts by how their words are spelled: an embedding that needs no training. A word is the set of its parts of 3 to 5 letters, a text the sum of its words by weight.</summary>
/// <remarks>
/// The exact cosine of two texts is Σ weights · cosines of their words. Where there are many texts, a sketch of 256 bits each, the signs of a random projection (Charikar, STOC 2002), first
/// says which few are worth it: 32 bytes a text, so that a million of them pass in milliseconds.
/// </remarks>
internal sealed class SpellingRanking
{
    private const int Bits = 256, Longs = Bits / 64, ExactUpTo = 4096, Shortest = 3, Longest = 5;
    private const double Least = 0.15; // of a cosine; what is below shares a part of a word by chance

    private readonly WordRanking _words;
    private readonly ulong[] _sketches;

    public SpellingRanking(WordRanking words)
    {
        _words = words;
        _sketches = words.Count > ExactUpTo ? new ulong[checked(words.Count * Longs)] : [];
        if (_sketches.Length == 0) return;
        float[][] directions = [.. words.Vocabulary.AsParallel().AsOrdered().Select(Direction)];
        Parallel.For(0, words.Count, text =>
        {
            var sum = new float[Bits];
            foreach (var word in words.TextWords(text)) System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(directions[word], (float)words.Weight(word), sum, sum);
            Sketch(sum, _sketches.AsSpan(text * Longs, Longs));
        });
    }

    /// <summary>The texts that are spelled most like the query, best first.</summary>
    public IReadOnlyList<int> Rank(IReadOnlyList<string> query, bool[] allowed, int top)
    {
        if (query.Count == 0) return [];
        var asked = new Asked(query, _words);
        var best = new Best<int>(top);
        foreach (var text in _sketches.Length == 0 ? Enumerable.Range(0, _words.Count).Where(text => allowed[text]) : Near(query, allowed, 4 * top))
            if (asked.Cosine(_words.TextWords(text)) is var cosine && cosine >= Least) best.Offer(text, cosine);
        return [.. best.Take().OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Item).Select(entry => entry.Item)];
    }

    /// <summary>The texts whose sketches differ least from the query's.</summary>
    private IEnumerable<int> Near(IReadOnlyList<string> query, bool[] allowed, int count)
    {
        var (sum, asked) = (new float[Bits], new ulong[Longs]);
        foreach (var word in query) System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(Direction(word), (float)_words.Weight(_words.Find(word)), sum, sum);
        Sketch(sum, asked);
        var (near, (a, b, c, d)) = (new Best<int>(count), (asked[0], asked[1], asked[2], asked[3]));
        var worst = Bits; // nothing farther can still come in
        var (distances, taken) = (new int[Bits + 1], 0);
        for (var (text, at) = (0, 0); text < allowed.Length; text++, at += Longs)
        {
            if (!allowed[text]) continue;
            var distance = BitOperations.PopCount(_sketches[at] ^ a) + BitOperations.PopCount(_sketches[at + 1] ^ b) + BitOperations.PopCount(_sketches[at + 2] ^ c) + BitOperations.PopCount(_sketches[at + 3] ^ d);
            if (distance > worst) continue;
            near.Offer(text, -distance);
            distances[distance]++;
            if (++taken < count) continue;
            while (taken - distances[worst] >= count) taken -= distances[worst--];
        }
        return near.Take().Select(entry => entry.Item);
    }

    /// <summary>The sum of a word's parts, each a random direction of signs.</summary>
    private static float[] Direction(string word)
    {
        var parts = Parts(word);
        var sum = new float[Bits];
        foreach (var part in parts)
        {
            var state = part;
            for (var i = 0; i < Bits; i++)
            {
                if (i % 64 == 0) state = Mixed(state);
                sum[i] += (state >> (i % 64) & 1) == 0 ? -1 : 1;
            }
        }
        System.Numerics.Tensors.TensorPrimitives.Divide(sum, (float)Math.Sqrt(parts.Length), sum);
        return sum;
    }

    private static void Sketch(ReadOnlySpan<float> sum, Span<ulong> sketch)
    {
        for (var i = 0; i < Bits; i++)
            if (sum[i] > 0) sketch[i / 64] |= 1UL << (i % 64);
    }

    /// <summary>Hashes of the parts of ‹word› and of the whole, rising, each once.</summary>
    private static ulong[] Parts(string word)
    {
        var whole = $"<{word}>";
        var parts = new HashSet<ulong> { Hash(whole) };
        for (var length = Shortest; length <= Longest; length++)
            for (var start = 0; start + length <= whole.Length; start++) parts.Add(Hash(whole.AsSpan(start, length)));
        return [.. parts.Order()];
    }

    /// <summary>FNV-1a over UTF-16 units.</summary>
    private static ulong Hash(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var unit in text) hash = (hash ^ unit) * 1099511628211UL;
        return Mixed(hash);
    }

    /// <summary>SplitMix64's finaliser.</summary>
    private static ulong Mixed(ulong x)
    {
        x += 0x9E3779B97F4A7C15UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    /// <summary>A query whose cosine with one text after another is asked for; what two words have in common is worked out once.</summary>
    private sealed class Asked
    {
        private readonly WordRanking _words;
        private readonly (ulong[] Parts, double Weight)[] _query;
        private readonly Dictionary<int, double> _withQuery = [];
        private readonly Dictionary<(int, int), double> _pairs = [];
        private readonly Dictionary<int, ulong[]> _parts = [];
        private readonly double _length;

        public Asked(IReadOnlyList<string> query, WordRanking words)
        {
            (_words, _query) = (words, [.. query.Select(word => (Parts(word), words.Weight(words.Find(word))))]);
            _length = Math.Sqrt(_query.Sum(a => _query.Sum(b => a.Weight * b.Weight * Overlap(a.Parts, b.Parts))));
        }

        public double Cosine(ReadOnlySpan<int> text)
        {
            var (dot, squares) = (0.0, 0.0);
            foreach (var word in text) dot += WithQuery(word);
            if (dot == 0) return 0;
            foreach (var one in text)
                foreach (var other in text) squares += Pair(one, other);
            return dot / (_length * Math.Sqrt(squares));
        }

        private double WithQuery(int word)
        {
            if (_withQuery.TryGetValue(word, out var known)) return known;
            return _withQuery[word] = _words.Weight(word) * _query.Sum(asked => asked.Weight * Overlap(asked.Parts, Of(word)));
        }

        private double Pair(int one, int other)
        {
            if (one == other) return _words.Weight(one) * _words.Weight(one);
            var key = (Math.Min(one, other), Math.Max(one, other));
            if (_pairs.TryGetValue(key, out var known)) return known;
            return _pairs[key] = _words.Weight(one) * _words.Weight(other) * Overlap(Of(one), Of(other));
        }

        private ulong[] Of(int word) => _parts.TryGetValue(word, out var known) ? known : _parts[word] = Parts(_words.Vocabulary[word]);

        /// <summary>Parts in common ÷ √(parts of one · parts of the other).</summary>
        private static double Overlap(ulong[] a, ulong[] b)
        {
            var (common, i, j) = (0, 0, 0);
            while (i < a.Length && j < b.Length)
            {
                if (a[i] == b[j]) (common, i, j) = (common + 1, i + 1, j + 1);
                else if (a[i] < b[j]) i++;
                else j++;
            }
            return common / Math.Sqrt((double)a.Length * b.Length);
        }
    }
}
