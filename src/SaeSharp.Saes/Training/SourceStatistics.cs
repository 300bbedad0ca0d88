using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training;

/// <summary>What the first batches of a source are like, in f64 sums over all their rows, one batch in memory at a time. They are the batches that training begins with, so the buffer has them at hand.</summary>
public static class SourceStatistics
{
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

    /// <summary>argmin_m Σ‖x − m‖ (<see cref="Training.GeometricMedian"/>) from the mean, until a move is shorter than <paramref name="tolerance"/> (dictionary_learning's rule).</summary>
    public static double[] GeometricMedian(ActivationSource source, int batches, double tolerance = 1e-5, CancellationToken cancel = default)
    {
        var mean = Moments(source, batches, cancel).Mean;
        var wide = new double[source.DIn];
        return Training.GeometricMedian.From(mean, take => ForEach(source, batches, row =>
        {
            for (var i = 0; i < row.Length; i++) wide[i] = row[i];
            take(wide);
        }, cancel), (moved, _) => moved < tolerance);
    }

    /// <summary>C = Σ(x − x̄)(x − x̄)ᵀ / (rows − 1), [dIn, dIn], f64, and x̄.</summary>
    /// <remarks>One pass, about the mean of the first batch, which keeps the sums small.</remarks>
    /// <param name="source">The rows.</param>
    /// <param name="batches">How many batches of them, from the first on.</param>
    /// <param name="backend">What multiplies.</param>
    /// <param name="type">In what each batch's products are computed; they are added up in f64.</param>
    /// <param name="cancel">Stops before the next batch.</param>
    public static (double[] Mean, Tensor Covariance) Covariance(ActivationSource source, long batches, Backend backend, DType type = DType.F64, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(backend);
        var (d, rows) = (source.DIn, batches * source.BatchSize);
        var (raw, x, minusShift) = (Tensor.Zeros(DType.F32, source.BatchSize, d), Tensor.Zeros(type, source.BatchSize, d), Tensor.Zeros(type, d));
        var (sums, products) = (Tensor.Zeros(type, d), Tensor.Zeros(type, d, d));
        var (totals, covariance) = (new double[d], Tensor.Zeros(DType.F64, d, d));
        for (var batch = 0L; batch < batches; batch++)
        {
            source.Fill(batch, raw, cancel);
            raw.ConvertTo(x);
            if (batch == 0)
            {
                backend.AddColumnSums(x, sums);
                backend.Scale(sums, -1.0 / source.BatchSize, minusShift);
            }
            backend.AddRow(x, minusShift, x);
            sums.Clear();
            backend.AddColumnSums(x, sums);
            backend.MatMul(x, x, products, Transpose.A);
            for (var i = 0; i < d; i++)
            {
                totals[i] += sums.Read(i);
                var row = covariance.Row<double>(i);
                for (var j = 0; j < d; j++) row[j] += products.Read((long)i * d + j);
            }
        }
        var mean = new double[d];
        for (var i = 0; i < d; i++)
        {
            mean[i] = totals[i] / rows - minusShift.Read(i);
            var row = covariance.Row<double>(i);
            for (var j = 0; j < d; j++) row[j] = (row[j] - totals[i] * totals[j] / rows) / Math.Max(1, rows - 1);
        }
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
