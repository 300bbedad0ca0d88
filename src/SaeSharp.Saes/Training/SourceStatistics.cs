using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training;

/// <summary>What the first batches of a source are like, in f64 sums over all their rows, one batch in memory at a time. They are the batches that training begins with, so the buffer has them at hand.</summary>
public static class SourceStatistics
{
    private const int MostRounds = 100;
    private const double ClosestPoint = 1e-12;

    /// <summary>Mean row, mean ‖x‖ and mean ‖x‖².</summary>
    public static SourceMoments Moments(ActivationSource source, int batches, CancellationToken cancel = default)
    {
        var (mean, norm, square) = (new double[source.DIn], 0.0, 0.0);
        var rows = ForEach(source, batches, row =>
        {
            var squares = 0.0;
            for (var i = 0; i < row.Length; i++)
            {
                mean[i] += row[i];
                squares += (double)row[i] * row[i];
            }
            (norm, square) = (norm + Math.Sqrt(squares), square + squares);
        }, cancel);
        for (var i = 0; i < mean.Length; i++) mean[i] /= rows;
        return new(mean, norm / rows, square / rows);
    }

    /// <summary>argmin_m Σ‖x − m‖ by Weiszfeld's iteration from the mean, until a move is shorter than <paramref name="tolerance"/> (dictionary_learning's rule).</summary>
    public static double[] GeometricMedian(ActivationSource source, int batches, double tolerance = 1e-5, CancellationToken cancel = default)
    {
        var point = Moments(source, batches, cancel).Mean;
        for (var round = 0; round < MostRounds; round++)
        {
            var (sums, total) = (new double[point.Length], 0.0);
            ForEach(source, batches, row =>
            {
                var squares = 0.0;
                for (var i = 0; i < row.Length; i++) squares += (row[i] - point[i]) * (row[i] - point[i]);
                var weight = 1 / Math.Max(Math.Sqrt(squares), ClosestPoint);
                total += weight;
                for (var i = 0; i < row.Length; i++) sums[i] += weight * row[i];
            }, cancel);
            var moved = 0.0;
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] /= total;
                moved += (sums[i] - point[i]) * (sums[i] - point[i]);
            }
            point = sums;
            if (Math.Sqrt(moved) < tolerance) break;
        }
        return point;
    }

    /// <summary>C = Σ(x − x̄)(x − x̄)ᵀ / (rows − 1), [dIn, dIn], f64, and x̄.</summary>
    public static (double[] Mean, Tensor Covariance) Covariance(ActivationSource source, int batches, Backend backend, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var mean = Moments(source, batches, cancel).Mean;
        var (batch, centred, covariance) = (Tensor.Zeros(DType.F32, source.BatchSize, source.DIn), Tensor.Zeros(DType.F64, source.BatchSize, source.DIn), Tensor.Zeros(DType.F64, source.DIn, source.DIn));
        for (var t = 0; t < batches; t++)
        {
            source.Fill(t, batch, cancel);
            for (var row = 0; row < source.BatchSize; row++)
            {
                var from = batch.Row<float>(row);
                var to = centred.Row<double>(row);
                for (var i = 0; i < to.Length; i++) to[i] = from[i] - mean[i];
            }
            backend.MatMul(centred, centred, covariance, Transpose.A, accumulate: t > 0);
        }
        backend.Scale(covariance, 1 / ((double)batches * source.BatchSize - 1), covariance);
        return (mean, covariance);
    }

    private static long ForEach(ActivationSource source, int batches, RowAction take, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(source);
        OptionException.Positive(batches);
        var batch = Tensor.Zeros(DType.F32, source.BatchSize, source.DIn);
        for (var t = 0; t < batches; t++)
        {
            source.Fill(t, batch, cancel);
            for (var row = 0; row < source.BatchSize; row++) take(batch.Row<float>(row));
        }
        return (long)batches * source.BatchSize;
    }

    private delegate void RowAction(ReadOnlySpan<float> row);
}

/// <summary>Means over rows.</summary>
/// <param name="Mean">x̄, [dIn].</param>
/// <param name="Norm">Mean ‖x‖.</param>
/// <param name="SquaredNorm">Mean ‖x‖².</param>
public sealed record SourceMoments(double[] Mean, double Norm, double SquaredNorm);
