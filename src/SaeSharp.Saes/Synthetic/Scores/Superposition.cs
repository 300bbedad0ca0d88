using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Synthetic.Scores;

/// <summary>How much directions overlap: |cos| of each with all others.</summary>
/// <param name="MeanLargest">Mean over directions of the largest |cos| with another.</param>
/// <param name="Mean">Mean |cos| over all pairs.</param>
/// <param name="Percentile95">Mean over directions of the 95th percentile of |cos| with the others.</param>
/// <param name="Percentile99">The same of the 99th.</param>
public sealed record Superposition(double MeanLargest, double Mean, double Percentile95, double Percentile99)
{
    private const int BlockRows = 256;

    /// <summary>Of <paramref name="directions"/> [features, dIn], two or more; in blocks, so that 16,384 of them need 16 MiB.</summary>
    public static Superposition Of(Tensor directions, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(backend);
        var n = directions.RowCount;
        if (n < 2) throw OptionException.Invalid($"There are {n} directions, expected two or more.", "One direction overlaps with nothing.");
        var unit = DirectionMatch.Unit(directions);
        var cosines = Tensor.Zeros(directions.DType, Math.Min(BlockRows, n), n);
        double largest = 0, mean = 0, percentile95 = 0, percentile99 = 0;
        var others = new double[n - 1];
        for (var start = 0; start < n; start += BlockRows)
        {
            var rows = Math.Min(BlockRows, n - start);
            backend.MatMul(unit.Rows(start, rows), unit, cosines.Rows(0, rows), Transpose.B);
            for (var row = 0; row < rows; row++)
            {
                var count = 0;
                for (var j = 0; j < n; j++)
                    if (j != start + row) others[count++] = Math.Abs(cosines.Read((long)row * n + j));
                others.AsSpan().Sort();
                (largest, mean) = (largest + others[^1], mean + others.Average());
                (percentile95, percentile99) = (percentile95 + Quantile(others, 0.95), percentile99 + Quantile(others, 0.99));
            }
        }
        unit.Free();
        cosines.Free();
        return new(largest / n, mean / n, percentile95 / n, percentile99 / n);
    }

    /// <summary>Between the two order statistics around (count − 1)·q, on a straight line.</summary>
    private static double Quantile(double[] sorted, double q)
    {
        var place = (sorted.Length - 1) * q;
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
