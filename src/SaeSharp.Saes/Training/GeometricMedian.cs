namespace SaeSharp.Saes.Training;

/// <summary>argmin_m Σ‖x − m‖ over rows x, by Weiszfeld's iteration.</summary>
internal static class GeometricMedian
{
    private const int MostRounds = 100;
    private const double ClosestPoint = 1e-12; // a row at the point itself would count without bound

    /// <summary>Takes note of a row.</summary>
    public delegate void RowAction(ReadOnlySpan<double> row);

    /// <param name="start">Where to begin: the mean.</param>
    /// <param name="visit">Shows every row to what it is given; called once a round.</param>
    /// <param name="isClose">Whether a move of some length to a point of some length is short enough to end.</param>
    public static double[] From(double[] start, Action<RowAction> visit, Func<double, double, bool> isClose)
    {
        var point = start;
        for (var round = 0; round < MostRounds; round++)
        {
            var (next, total) = (new double[point.Length], 0.0);
            visit(row =>
            {
                var squares = 0.0;
                for (var i = 0; i < row.Length; i++) squares += (row[i] - point[i]) * (row[i] - point[i]);
                var weight = 1 / Math.Max(Math.Sqrt(squares), ClosestPoint);
                total += weight;
                for (var i = 0; i < row.Length; i++) next[i] += weight * row[i];
            });
            var (moved, length) = (0.0, 0.0);
            for (var i = 0; i < next.Length; i++)
            {
                next[i] /= total;
                (moved, length) = (moved + (next[i] - point[i]) * (next[i] - point[i]), length + next[i] * next[i]);
            }
            point = next;
            if (isClose(Math.Sqrt(moved), Math.Sqrt(length))) break;
        }
        return point;
    }
}
