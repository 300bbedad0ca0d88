using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes;

/// <summary>Run-time normalisation of activations, row by row and in place, and its undoing on reconstructions.</summary>
/// <remarks>As SAELens v6. A row of zeros stays zeros (SAELens gives NaN).</remarks>
internal static class RowNormaliser
{
    private const double Epsilon = 1e-5; // added to σ, not to the variance

    /// <summary>Normalises rows [rows, dIn]; returns what <see cref="Undo"/> needs, or null where nothing was done.</summary>
    public static RowScaling? Apply(SaeConfig config, Tensor rows)
    {
        var normalisation = config.NormalizeActivations;
        if (normalisation is ActivationNormalisation.None or ActivationNormalisation.ExpectedAverageOnlyIn) return null;
        var scales = new float[rows.RowCount];
        var means = normalisation == ActivationNormalisation.LayerNorm ? new float[rows.RowCount] : null;
        for (var r = 0; r < scales.Length; r++)
        {
            (scales[r], var mean) = Apply(normalisation, config.ActivationNormalizationFactor, rows.Row<float>(r));
            if (means is not null) means[r] = mean;
        }
        return new(scales, means);
    }

    /// <summary>Normalises a row; returns what it has to be multiplied by, and what has to be added then, to undo that.</summary>
    public static (T Scale, T Mean) Apply<T>(ActivationNormalisation normalisation, double factor, Span<T> row) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (normalisation)
        {
            case ActivationNormalisation.ConstantNormRescale:
                factor = Math.Sqrt(row.Length) / Math.Sqrt(SumOfSquares<T>(row, 0));
                if (double.IsInfinity(factor)) return (T.Zero, T.Zero);
                break;
            case ActivationNormalisation.ConstantScalarRescale:
                break;
            case ActivationNormalisation.LayerNorm:
                return Standardise(row);
            default:
                return (T.One, T.Zero);
        }
        TensorPrimitives.Multiply(row, T.CreateTruncating(factor), row);
        return (T.CreateTruncating(1 / factor), T.Zero);
    }

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

    private static (T Scale, T Mean) Standardise<T>(Span<T> row) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var mean = 0.0;
        foreach (var value in row) mean += double.CreateTruncating(value);
        mean /= row.Length;
        var (centre, scale) = (T.CreateTruncating(mean), T.CreateTruncating(Math.Sqrt(SumOfSquares<T>(row, mean) / (row.Length - 1))));
        TensorPrimitives.Subtract(row, centre, row);
        TensorPrimitives.Divide(row, scale + T.CreateTruncating(Epsilon), row);
        return (scale, centre);
    }

    private static double SumOfSquares<T>(ReadOnlySpan<T> row, double mean) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = 0.0;
        foreach (var value in row) sum += (double.CreateTruncating(value) - mean) * (double.CreateTruncating(value) - mean);
        return sum;
    }
}
