using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>Everything an index keeps about one feature, from all of its firings.</summary>
internal sealed record FeatureAccount
{
    public const int TokensKept = 20;

    public required int Feature { get; init; }
    public required long Fired { get; init; }
    public required double? Mean { get; init; }
    public required double? Std { get; init; }
    public required float? Max { get; init; }
    public required IReadOnlyList<(int Bin, long Count)> Histogram { get; init; }
    public required IReadOnlyList<FeatureExample> Top { get; init; }
    public required IReadOnlyList<(double Low, double High, long Count, IReadOnlyList<FeatureExample> Examples)> Intervals { get; init; }
    public required IReadOnlyList<(int Id, long Fired, long Occurrences, double Mean)> Tokens { get; init; }

    /// <summary>Gathers the account of <paramref name="feature"/>.</summary>
    public static FeatureAccount Of(int feature, Firings firings, TokenPlaces places, IndexRequest request)
    {
        var values = firings.Values;
        var (mean, std) = Moments(values);
        float? max = values.Length > 0 ? values.Max() : null;
        var examples = new ExamplePicker(feature, firings, places, request);
        return new()
        {
            Feature = feature, Fired = values.Length, Mean = mean, Std = std, Max = max,
            Histogram = [.. values.CountBy(ActivationBins.Of).OrderBy(bin => bin.Key).Select(bin => (bin.Key, (long)bin.Value))],
            Top = examples.Strongest(), Intervals = max is { } top ? examples.Intervals(top) : [], Tokens = FiredOn(firings, places),
        };
    }

    private static (double?, double?) Moments(float[] values)
    {
        if (values.Length == 0) return (null, null);
        var (sum, squares) = (0.0, 0.0);
        foreach (var value in values) sum += value;
        var mean = sum / values.Length;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(squares / values.Length));
    }

    private static List<(int, long, long, double)> FiredOn(Firings firings, TokenPlaces places)
    {
        var counts = new Dictionary<int, (long Fired, double Sum)>();
        for (var i = 0; i < firings.Tokens.Length; i++)
        {
            var id = places.Ids[firings.Tokens[i]];
            var (fired, sum) = counts.GetValueOrDefault(id);
            counts[id] = (fired + 1, sum + firings.Values[i]);
        }
        return [.. counts.OrderByDescending(entry => entry.Value.Fired).ThenBy(entry => entry.Key).Take(TokensKept)
            .Select(entry => (entry.Key, entry.Value.Fired, places.Occurrences[entry.Key], entry.Value.Sum / entry.Value.Fired))];
    }
}

/// <summary>A place where a feature fires, with what stands around it.</summary>
/// <param name="Document">Number of the document.</param>
/// <param name="Position">Position of the token in its window.</param>
/// <param name="Value">The feature's value there.</param>
/// <param name="First">Position of the first token of the context.</param>
/// <param name="Ids">Token ids of the context.</param>
/// <param name="Values">The feature's value on each of them.</param>
internal sealed record FeatureExample(long Document, int Position, float Value, int First, int[] Ids, float[] Values);
