using System.Numerics;

namespace SaeSharp.Saes.Metrics;

/// <summary>Mean of rows and Σ‖row − mean‖², row by row. Welford's update does not cancel when the mean is far from 0.</summary>
internal sealed class RunningVariance
{
    private double[] _mean = [], _squares = [];

    public long Count { get; private set; }

    /// <summary>Σ‖row − mean‖² of the rows so far.</summary>
    public double Sum => _squares.Sum();

    /// <summary>[dIn].</summary>
    public ReadOnlySpan<double> Mean => _mean;

    public void Add(ReadOnlySpan<double> row)
    {
        if (Count++ == 0) (_mean, _squares) = (new double[row.Length], new double[row.Length]);
        var (i, count) = (0, new Vector<double>(Count));
        for (; i <= row.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector<double> x = new(row[i..]), mean = new(_mean, i);
            var before = x - mean;
            mean += before / count;
            mean.CopyTo(_mean, i);
            (new Vector<double>(_squares, i) + before * (x - mean)).CopyTo(_squares, i);
        }
        for (; i < row.Length; i++)
        {
            var before = row[i] - _mean[i];
            _mean[i] += before / Count;
            _squares[i] += before * (row[i] - _mean[i]);
        }
    }
}
