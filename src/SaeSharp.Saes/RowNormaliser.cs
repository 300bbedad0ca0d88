using System.Numerics.Tensors;
using SaeSharp.Numerics;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes;

/// <summary>Run-time normalisation of activations, row by row and in place, and its undoing on reconstructions.</summary>
/// <remarks>As SAELens v6. A row of zeros stays zeros (SAELens gives NaN).</remarks>
internal static class RowNormaliser
{
    private const float Epsilon = 1e-5f; // added to σ, not to the variance

    /// <summary>Normalises rows [rows, dIn]; returns what <see cref="Undo"/> needs, or null where nothing was done.</summary>
    public static RowScaling? Apply(SaeConfig config, Tensor rows) => config.NormalizeActivations switch
    {
        ActivationNormalisation.ConstantNormRescale => Rescale(rows),
        ActivationNormalisation.LayerNorm => Standardise(rows),
        ActivationNormalisation.ConstantScalarRescale => Multiply(rows, (float)config.ActivationNormalizationFactor),
        _ => null,
    };

    /// <summary>x̂ · scale + mean on each row.</summary>
    public static void Undo(ActivationNormalisation normalisation, RowScaling? scaling, Tensor rows)
    {
        if (normalisation is ActivationNormalisation.None or ActivationNormalisation.ExpectedAverageOnlyIn) return;
        if (scaling is null || scaling.Scales.Length != rows.RowCount) throw SaeException.NoScaling(normalisation);
        for (var r = 0; r < rows.RowCount; r++)
        {
            var row = rows.Row<float>(r);
            TensorPrimitives.Multiply(row, scaling.Scales[r], row);
            if (scaling.Means is { } means) TensorPrimitives.Add(row, means[r], row);
        }
    }

    private static RowScaling Rescale(Tensor rows)
    {
        var scales = new float[rows.RowCount];
        var target = Math.Sqrt(rows.Columns);
        for (var r = 0; r < scales.Length; r++)
        {
            var row = rows.Row<float>(r);
            var factor = target / Math.Sqrt(SumOfSquares(row, 0));
            if (double.IsInfinity(factor)) continue;
            TensorPrimitives.Multiply(row, (float)factor, row);
            scales[r] = (float)(1 / factor);
        }
        return new(scales, null);
    }

    private static RowScaling Multiply(Tensor rows, float factor)
    {
        for (var r = 0; r < rows.RowCount; r++) TensorPrimitives.Multiply(rows.Row<float>(r), factor, rows.Row<float>(r));
        return new([.. Enumerable.Repeat(1 / factor, rows.RowCount)], null);
    }

    private static RowScaling Standardise(Tensor rows)
    {
        var (scales, means) = (new float[rows.RowCount], new float[rows.RowCount]);
        for (var r = 0; r < scales.Length; r++)
        {
            var row = rows.Row<float>(r);
            var mean = 0.0;
            foreach (var value in row) mean += value;
            mean /= row.Length;
            means[r] = (float)mean;
            scales[r] = (float)Math.Sqrt(SumOfSquares(row, mean) / (row.Length - 1));
            TensorPrimitives.Subtract(row, means[r], row);
            TensorPrimitives.Divide(row, scales[r] + Epsilon, row);
        }
        return new(scales, means);
    }

    private static double SumOfSquares(ReadOnlySpan<float> row, double mean)
    {
        var sum = 0.0;
        foreach (var value in row) sum += (value - mean) * (value - mean);
        return sum;
    }
}
