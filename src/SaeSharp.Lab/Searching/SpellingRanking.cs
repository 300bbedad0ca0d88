using System.Numerics;

namespace SaeSharp.Lab.Searching;

/// <summary>Ranks short texts by how their words are spelled, without any training. A word is the set of its parts of 3 to 5 letters.</summary>
/// <remarks>
/// A text's score is how much of the query it covers: for each word of the query the cosine with the word of the text that is most like it, averaged by weight; of equals the shorter text.
/// Where there are many texts, a sketch of 256 bits each, the signs of a random projection of the sum of its words (Charikar, STOC 2002), first says which few are worth it: 32 bytes a text, so
/// that a million of them pass in milliseconds.
/// </remarks>
internal sealed class SpellingRanking
{
    private const int Bits = 256, Longs = Bits / 64, ExactUpTo = 4096, Shortest = 3, Longest = 5;
    private const double Least = 0.25; // what is below shares a part of a word by chance
    private const double LengthCost = 0.001; // a word

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
            if (asked.Covered(_words.TextWords(text)) is var covered && covered >= Least) best.Offer(text, covered - LengthCost * Math.Min(100, _words.TextWords(text).Length));
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

    /// <summary>A query that one text after another is compared with; what two words have in common is worked out once.</summary>
    private sealed class Asked
    {
        private readonly WordRanking _words;
        private readonly (ulong[] Parts, double Weight)[] _query;
        private readonly Dictionary<int, double[]> _overlaps = [];
        private readonly double[] _best;

        public Asked(IReadOnlyList<string> query, WordRanking words)
        {
            double[] weights = [.. query.Select(word => words.Weight(words.Find(word)))];
            var total = weights.Sum();
            (_words, _best, _query) = (words, new double[query.Count], [.. query.Select((word, i) => (Parts(word), weights[i] / total))]);
        }

        /// <summary>How much of the query the text covers, 0 to 1.</summary>
        public double Covered(ReadOnlySpan<int> text)
        {
            Array.Clear(_best);
            foreach (var word in text)
            {
                var overlaps = With(word);
                for (var i = 0; i < _best.Length; i++) _best[i] = Math.Max(_best[i], overlaps[i]);
            }
            var sum = 0.0;
            for (var i = 0; i < _best.Length; i++) sum += _query[i].Weight * _best[i];
            return sum;
        }

        private double[] With(int word)
        {
            if (_overlaps.TryGetValue(word, out var known)) return known;
            var parts = Parts(_words.Vocabulary[word]);
            return _overlaps[word] = [.. _query.Select(asked => Overlap(asked.Parts, parts))];
        }

        /// <summary>Parts in common ÷ √(parts of one · parts of the other): the cosine.</summary>
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
