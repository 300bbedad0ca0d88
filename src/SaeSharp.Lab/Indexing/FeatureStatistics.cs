namespace SaeSharp.Lab.Indexing;

/// <summary>Counts, maxima and distributions of all features of an index, for looking up many at once.</summary>
internal sealed class FeatureStatistics
{
    private readonly long _tokens;
    private readonly int[] _starts;
    private readonly List<(int Bin, long Before, long Count)> _bins;

    private FeatureStatistics(long tokens, long[] fired, double?[] mean, float?[] max, int[] starts, List<(int, long, long)> bins) =>
        (_tokens, Fired, Mean, Max, _starts, _bins) = (tokens, fired, mean, max, starts, bins);

    /// <summary>Tokens on which each feature fires.</summary>
    public long[] Fired { get; }

    /// <summary>Mean value where it fires.</summary>
    public double?[] Mean { get; }

    /// <summary>Largest value.</summary>
    public float?[] Max { get; }

    public double Density(int feature) => (double)Fired[feature] / _tokens;

    /// <summary>Share of the feature's firings below <paramref name="value"/>, 0 to 1: exact at the bounds of the histogram's bins, linear within; null where it never fires.</summary>
    public double? Quantile(int feature, double value)
    {
        if (Fired[feature] == 0) return null;
        if (value <= 0) return 0;
        var below = 0.0;
        for (var i = _starts[feature]; i < _starts[feature + 1]; i++)
        {
            var (bin, before, count) = _bins[i];
            var (low, high) = ((double)ActivationBins.Low(bin), (double)ActivationBins.High(bin));
            if (value < low) break;
            below = before + count * Math.Min(1, (value - low) / (high - low));
        }
        return below / Fired[feature];
    }

    public static FeatureStatistics Load(FeatureIndex index)
    {
        var features = index.Query(IndexFiles.Features, "feature, fired, mean, max", "ORDER BY feature", row => (
            Feature: row.GetInt32(0), Fired: row.GetInt64(1), Mean: row.IsDBNull(2) ? (double?)null : row.GetDouble(2), Max: row.IsDBNull(3) ? (float?)null : row.GetFloat(3)));
        if (features.Count != index.Info.DSae) throw LabException.BrokenIndex(index.Info.Path, $"it has {features.Count} features, expected {index.Info.DSae}");
        var bins = index.Query(IndexFiles.Histogram, "feature, bin, count", "ORDER BY feature, bin", row => (Feature: row.GetInt32(0), Bin: row.GetInt32(1), Count: row.GetInt64(2)));

        var (starts, cumulative, at) = (new int[features.Count + 1], new List<(int, long, long)>(bins.Count), 0);
        for (var feature = 0; feature < features.Count; feature++)
        {
            for (var before = 0L; at < bins.Count && bins[at].Feature == feature; before += bins[at++].Count) cumulative.Add((bins[at].Bin, before, bins[at].Count));
            starts[feature + 1] = at;
        }
        return new(index.Info.Tokens, [.. features.Select(row => row.Fired)], [.. features.Select(row => row.Mean)], [.. features.Select(row => row.Max)], starts, cumulative);
    }
}
