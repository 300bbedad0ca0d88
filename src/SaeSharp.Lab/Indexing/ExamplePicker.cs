using System.Runtime.InteropServices;
using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>Picks the examples of one feature: the strongest, some of each equal-width interval of [0, max], one at each quantile, and look-alikes on which it does not fire.</summary>
internal sealed class ExamplePicker(int feature, Firings firings, SortedFirings sorted, TokenPlaces places, FiringMarks fires, Func<int[], string> textOf, IndexSettings settings)
{
    /// <summary>Places of a look-alike's token that are compared, at most.</summary>
    private const int Compared = 256;

    /// <summary>The strongest token of each window, strongest first (ties in the order of the corpus), one for each distinct context.</summary>
    public List<FeatureExample> Strongest()
    {
        return Distinct(Peaks(), settings.Top);

        IEnumerable<FeatureExample> Peaks()
        {
            var windows = new HashSet<int>();
            for (var rank = sorted.Count - 1; rank >= 0; rank--)
                if (windows.Add(places.WindowOf(firings.Tokens[sorted.Entry(rank)]))) yield return Example(sorted.Entry(rank));
        }
    }

    /// <summary>Each interval's exact count, and examples drawn by seed, feature and interval: the same whatever the batches were. Highest interval first.</summary>
    public List<(double Low, double High, long Count, IReadOnlyList<FeatureExample> Examples)> Intervals(float max)
    {
        var intervals = new List<(double, double, long, IReadOnlyList<FeatureExample>)>();
        for (var (i, end) = (settings.Intervals - 1, sorted.Count); i >= 0; i--)
        {
            var first = FirstOf(i, max, end);
            var drawn = SortedFirings.Draw(first, end, settings.PerInterval * 4, new(SplitMix.Hash(settings.Seed, feature, i))); // some repeat the context of another
            intervals.Add(((double)max * i / settings.Intervals, (double)max * (i + 1) / settings.Intervals, end - first,
                [.. Distinct(drawn.Select(rank => Example(sorted.Entry(rank))), settings.PerInterval).OrderByDescending(example => example.Value)]));
            end = first;
        }
        return intervals;
    }

    /// <summary>The place whose value is nearest to each quantile, by rank.</summary>
    public IEnumerable<FeatureExample> Quantiles() => FeatureAccount.QuantilePoints.Select(q => Example(sorted.Entry((int)Math.Round(q * (sorted.Count - 1)))));

    /// <summary>
    /// Places that look like the strongest ones and where the feature does not fire: the same token, and before it the more of the same tokens the better.
    /// Where the feature fires on every occurrence of its tokens there are none.
    /// </summary>
    public List<FeatureExample> NearMisses(IReadOnlyList<FeatureExample> strongest)
    {
        if (settings.NearMisses == 0) return [];
        var found = new List<long>(); // most shared first by the upper half, so that the order of numbers is by it and then by the token
        foreach (var alike in strongest.GroupBy(example => example.Ids[example.Position - example.First]))
        {
            FeatureExample[] examples = [.. alike];
            var occurrences = places.PlacesOf(alike.Key);
            var step = Math.Max(1, (occurrences.Length + Compared - 1) / Compared);
            for (var i = 0; i < occurrences.Length; i += step)
            {
                var token = occurrences[i];
                if (fires[token]) continue;
                var shared = 0;
                foreach (var example in examples) shared = Math.Max(shared, SharedBefore(token, example));
                found.Add((long)(int.MaxValue - shared) << 32 | (uint)token);
            }
        }
        return Distinct(LowestFirst.Of(found).Select(place => Example((int)place, 0)), settings.NearMisses);
    }

    /// <summary>The interval of a value, its upper bound included.</summary>
    public static int IntervalOf(float value, float max, int intervals) => Math.Clamp((int)Math.Ceiling((double)value / max * intervals) - 1, 0, intervals - 1);

    /// <summary>The first rank in an interval or above it.</summary>
    private int FirstOf(int interval, float max, int end)
    {
        var (low, high) = (0, end);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (IntervalOf(sorted.Value(middle), max, settings.Intervals) < interval) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>How many tokens before a place are those before an example.</summary>
    private int SharedBefore(int token, FeatureExample example)
    {
        var at = example.Position - example.First;
        if (at == 0 || places.IdsBefore[token] != example.Ids[at - 1]) return 0; // most end here, without a look at the window
        var (ids, position) = (places.WindowIds(places.WindowOf(token)), places.Positions[token]);
        var shared = 0;
        while (shared < position && shared < at && ids[position - 1 - shared] == example.Ids[at - 1 - shared]) shared++;
        return shared;
    }

    private static List<FeatureExample> Distinct(IEnumerable<FeatureExample> examples, int count)
    {
        var (picked, seen) = (new List<FeatureExample>(), new HashSet<string>(StringComparer.Ordinal));
        if (count == 0) return picked;
        foreach (var example in examples)
        {
            if (seen.Add(MemoryMarshal.Cast<int, char>(example.Ids.AsSpan()).ToString())) picked.Add(example);
            if (picked.Count == count) break;
        }
        return picked;
    }

    private FeatureExample Example(int entry) => Example(firings.Tokens[entry], firings.Values[entry]);

    private FeatureExample Example(int token, float value)
    {
        var (window, position) = (places.WindowOf(token), places.Positions[token]);
        var (first, ids) = places.Context(window, position, settings.Before, settings.After);
        var values = new float[ids.Length];
        var (start, end) = places.TokensOf(window);
        var from = Array.BinarySearch(firings.Tokens, start);
        for (var i = from < 0 ? ~from : from; i < firings.Tokens.Length && firings.Tokens[i] < end; i++)
        {
            var offset = places.Positions[firings.Tokens[i]] - first;
            if (offset >= 0 && offset < values.Length) values[offset] = firings.Values[i];
        }
        return new(places.DocumentOf(window, position), position, value, first, ids, values, textOf(ids));
    }
}
