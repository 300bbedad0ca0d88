using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Chooses the k numbers of each row that are largest in magnitude, and gives them with their signs.</summary>
internal static class MagnitudeChoice
{
    /// <summary>[rows, n] → values [rows, k], indices [rows, k]; a zero that was chosen gets index −1. <paramref name="magnitudes"/> [rows, n] is room for |x|.</summary>
    public static void TopKRows(Backend backend, Tensor x, Tensor magnitudes, Tensor values, Tensor indices)
    {
        if (x.DType == DType.F64) TopKRows<double>(backend, x, magnitudes, values, indices);
        else TopKRows<float>(backend, x, magnitudes, values, indices);
    }

    /// <summary>magnitudes = |x|, both [rows, n].</summary>
    public static void Abs(Tensor x, Tensor magnitudes)
    {
        if (x.DType == DType.F64) TensorPrimitives.Abs<double>(x.Span<double>(), magnitudes.Span<double>());
        else TensorPrimitives.Abs<float>(x.Span<float>(), magnitudes.Span<float>());
    }

    private static void TopKRows<T>(Backend backend, Tensor x, Tensor magnitudes, Tensor values, Tensor indices) where T : unmanaged, INumber<T>
    {
        Abs(x, magnitudes);
        backend.TopKRows(magnitudes, values, indices);
        for (var row = 0; row < x.RowCount; row++)
        {
            ReadOnlySpan<T> from = x.Row<T>(row);
            var to = values.Row<T>(row);
            var chosen = indices.Row<int>(row);
            for (var i = 0; i < chosen.Length; i++)
            {
                to[i] = from[chosen[i]];
                if (T.IsZero(to[i])) chosen[i] = -1;
            }
        }
    }
}
