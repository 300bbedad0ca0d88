using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Optimisers;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Keeps decoder rows at unit length: the gradient's part along a row is taken out before the step, the length is put right after it.</summary>
/// <remarks>Bricken et al. 2023. Without the projection, Adam's moments would gather a direction that the renormalisation undoes every time.</remarks>
internal static class UnitNormDecoder
{
    /// <summary>∂W[i] −= (∂W[i]·u)u with u = W[i]/(‖W[i]‖ + <paramref name="slack"/>).</summary>
    public static void Project(TrainedTensor decoder, double slack)
    {
        if (decoder.Value.DType == DType.F64) Project<double>(decoder.Value, decoder.Gradient, slack);
        else Project<float>(decoder.Value, decoder.Gradient, slack);
    }

    /// <summary>W[i] /= ‖W[i]‖.</summary>
    public static void Normalise(TrainedTensor decoder)
    {
        if (decoder.Value.DType == DType.F64) Normalise<double>(decoder.Value);
        else Normalise<float>(decoder.Value);
    }

    private static void Project<T>(Tensor value, Tensor gradient, double slack) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var f = 0; f < value.RowCount; f++)
        {
            ReadOnlySpan<T> row = value.Row<T>(f);
            var slope = gradient.Row<T>(f);
            var length = Math.Sqrt(Dot(row, row)) + slack;
            if (length == 0) continue;
            var along = T.CreateTruncating(Dot(row, slope) / length / length);
            for (var i = 0; i < row.Length; i++) slope[i] -= along * row[i];
        }
    }

    private static void Normalise<T>(Tensor value) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var f = 0; f < value.RowCount; f++)
        {
            var row = value.Row<T>(f);
            var norm = Math.Sqrt(Dot<T>(row, row));
            if (norm == 0) continue;
            var factor = T.CreateTruncating(1 / norm);
            for (var i = 0; i < row.Length; i++) row[i] *= factor;
        }
    }

    private static double Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += double.CreateTruncating(a[i]) * double.CreateTruncating(b[i]);
        return sum;
    }
}
