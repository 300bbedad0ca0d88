using System.Runtime.InteropServices;
using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>Picks the examples of one feature: the strongest, and some of each equal-width interval of [0, max].</summary>
internal sealed class ExamplePicker(int feature, Firings firings, TokenPlaces places, IndexRequest request)
{
    /// <summary>The strongest token of each window, strongest first (ties in the order of the corpus), one for each distinct context.</summary>
    public List<FeatureExample> Strongest()
    {
        var order = WindowPeaks();
        order.Sort((a, b) => firings.Values[b] != firings.Values[a] ? firings.Values[b].CompareTo(firings.Values[a]) : a.CompareTo(b));
        return Distinct(order, request.Top);
    }

    /// <summary>Each interval's exact count, and examples drawn by a hash of the place: the same whatever the batches were. Highest interval first.</summary>
    public List<(double, double, long, IReadOnlyList<FeatureExample>)> Intervals(float max)
    {
        var counts = new long[request.Intervals];
        var drawn = new PriorityQueue<int, ulong>[request.Intervals];
        for (var i = 0; i < drawn.Length; i++) drawn[i] = new(Comparer<ulong>.Create((a, b) => b.CompareTo(a)));
        var candidates = request.PerInterval * 4; // some repeat the context of another
        for (var i = 0; i < firings.Values.Length; i++)
        {
            var interval = IntervalOf(firings.Values[i], max, request.Intervals);
            counts[interval]++;
            drawn[interval].Enqueue(i, SplitMix.Hash(request.Seed, feature, firings.Tokens[i]));
            if (drawn[interval].Count > candidates) drawn[interval].Dequeue();
        }
        return [.. Enumerable.Range(0, request.Intervals).Reverse().Select(i => (
            (double)max * i / request.Intervals, (double)max * (i + 1) / request.Intervals, counts[i],
            (IReadOnlyList<FeatureExample>)[.. Distinct(Drain(drawn[i]), request.PerInterval).OrderByDescending(example => example.Value)]))];
    }

    /// <summary>The interval of a value, its upper bound included.</summary>
    public static int IntervalOf(float value, float max, int intervals) => Math.Clamp((int)Math.Ceiling((double)value / max * intervals) - 1, 0, intervals - 1);

    /// <summary>For each window with a firing, the entry of its largest value, the first of equals.</summary>
    private List<int> WindowPeaks()
    {
        var peaks = new List<int>();
        for (var i = 0; i < firings.Tokens.Length;)
        {
            var end = places.TokensOf(places.WindowOf(firings.Tokens[i])).End;
            var best = i;
            for (; i < firings.Tokens.Length && firings.Tokens[i] < end; i++)
                if (firings.Values[i] > firings.Values[best]) best = i;
            peaks.Add(best);
        }
        return peaks;
    }

    private static List<int> Drain(PriorityQueue<int, ulong> queue)
    {
        var order = new List<int>();
        while (queue.TryDequeue(out var entry, out _)) order.Add(entry);
        order.Reverse(); // the queue gives the largest hash first
        return order;
    }

    private List<FeatureExample> Distinct(List<int> order, int count)
    {
        var (picked, seen) = (new List<FeatureExample>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var entry in order)
        {
            if (picked.Count == count) break;
            var example = Example(entry);
            if (seen.Add(Convert.ToBase64String(MemoryMarshal.AsBytes(example.Ids.AsSpan())))) picked.Add(example);
        }
        return picked;
    }

    private FeatureExample Example(int entry)
    {
        var token = firings.Tokens[entry];
        var window = places.WindowOf(token);
        var position = places.PositionOf(token, window);
        var (first, ids) = places.Context(window, position, request.Before, request.After);
        var values = new float[ids.Length];
        var (start, end) = places.TokensOf(window);
        var from = Array.BinarySearch(firings.Tokens, start);
        for (var i = from < 0 ? ~from : from; i < firings.Tokens.Length && firings.Tokens[i] < end; i++)
        {
            var offset = places.PositionOf(firings.Tokens[i], window) - first;
            if (offset >= 0 && offset < values.Length) values[offset] = firings.Values[i];
        }
        return new(places.DocumentOf(window), position, firings.Values[entry], first, ids, values);
    }
}
