namespace SaeSharp.Saes.Tests.Synthetic;

/// <summary>What was counted over many samples of a synthetic world.</summary>
internal sealed class FiringStatistics(int features, int paired)
{
    private readonly long[] _counts = new long[features];
    private readonly double[] _sums = new double[features], _squares = new double[features];
    private readonly long[,] _pairs = new long[paired, paired];
    private readonly List<int[]> _rows = [];

    /// <summary>L0 of each sample.</summary>
    public List<int> Samples { get; } = [];

    public void Add(SparseCodes codes)
    {
        for (var row = 0; row < codes.Rows; row++)
        {
            ReadOnlySpan<int> on = codes.RowIndices(row);
            Samples.Add(on.Length);
            _rows.Add(on.ToArray());
            for (var i = 0; i < on.Length; i++)
            {
                double value = codes.RowValues(row)[i];
                _counts[on[i]]++;
                _sums[on[i]] += value;
                _squares[on[i]] += value * value;
                for (var j = 0; j < i && on[i] < paired; j++) _pairs[on[i], on[j]]++;
            }
        }
    }

    public long Of(int feature) => _counts[feature];

    public double Frequency(int feature) => (double)_counts[feature] / Samples.Count;

    public double MeanWhenActive(int feature) => _sums[feature] / _counts[feature];

    public double DeviationWhenActive(int feature) => Math.Sqrt(Math.Max(0, _squares[feature] / _counts[feature] - Math.Pow(MeanWhenActive(feature), 2)));

    /// <summary>Standard deviation of how many of these fire in a sample.</summary>
    public double DeviationOf(int[] features)
    {
        var chosen = new bool[_counts.Length];
        foreach (var feature in features) chosen[feature] = true;
        double[] counts = [.. _rows.Select(row => (double)row.Count(feature => chosen[feature]))];
        var mean = counts.Average();
        return Math.Sqrt(counts.Sum(count => (count - mean) * (count - mean)) / counts.Length);
    }

    /// <summary>Correlation of two features' firing; the first is the larger number.</summary>
    public double Correlation(int i, int j)
    {
        double p = Frequency(i), q = Frequency(j);
        return ((double)_pairs[i, j] / Samples.Count - p * q) / Math.Sqrt(p * (1 - p) * q * (1 - q));
    }
}
