using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Saes.Synthetic;

/// <summary>Unit vectors that overlap as little as their number allows.</summary>
internal static class FeatureDirections
{
    private const double ShortestNorm = 1e-8; // rows are divided by at least this, as in SAELens

    /// <summary>Random unit rows [features, dIn], and a bias of the given length from the same generator.</summary>
    public static (Tensor Directions, Tensor Bias) Random(int features, int dIn, double biasNorm, long seed)
    {
        var random = new TorchRandom(seed);
        var (directions, bias) = (Tensor.Zeros(DType.F32, features, dIn), Tensor.Zeros(DType.F32, dIn));
        random.Normals(directions.Span<float>());
        Normalise(directions);
        if (biasNorm == 0) return (directions, bias);
        random.Normals(bias.Span<float>());
        var norm = TensorPrimitives.Norm<float>(bias.Span<float>());
        TensorPrimitives.Multiply(bias.Span<float>(), (float)(biasNorm / norm), bias.Span<float>());
        return (directions, bias);
    }

    /// <summary>Adam on Σ_{i≠j} (w_i·w_j)² + n·Σ (‖w_i‖² − 1)² from unit rows; rows are unit again at the end. Overwrites <paramref name="w"/> [n, d], f32 or f64.</summary>
    /// <remarks>
    /// The sum over all j of (w_i·w_j) w_j is w_i · (WᵀW): two products with a d × d matrix instead of two with the n × n one, a tenth of the work at n = 16,384
    /// and d = 768, and the same numbers but for rounding.
    /// </remarks>
    public static void Orthogonalise(Tensor w, int steps, double rate, Backend backend, Action<int>? onStep = null, CancellationToken cancel = default)
    {
        Normalise(w);
        var (n, d) = (w.RowCount, w.Columns);
        Tensor mean = Tensor.Zeros(w.DType, n, d), meanSquare = Tensor.Zeros(w.DType, n, d), gradient = Tensor.Zeros(w.DType, n, d), gram = Tensor.Zeros(w.DType, d, d);
        for (var t = 1; t <= steps; t++)
        {
            cancel.ThrowIfCancellationRequested();
            backend.MatMul(w, w, gram, Transpose.A);                          // WᵀW   [d, d]
            backend.MatMul(w, gram, gradient);                                // Σ_j (w_i·w_j) w_j   [n, d]
            if (w.DType == DType.F64) AddOwnTerms<double>(w, gradient);
            else AddOwnTerms<float>(w, gradient);
            backend.Adam(w, gradient, mean, meanSquare, new(t, rate));
            onStep?.Invoke(t);
        }
        Normalise(w);
        foreach (var scratch in (ReadOnlySpan<Tensor>)[mean, meanSquare, gradient, gram]) scratch.Free();
    }

    /// <summary>Divides each row by its norm, by at least 1e-8.</summary>
    public static void Normalise(Tensor w)
    {
        if (w.DType == DType.F64) Normalise<double>(w);
        else Normalise<float>(w);
    }

    /// <summary>From Σ_j (w_i·w_j) w_j to the gradient 4·(that − ‖w_i‖² w_i + n (‖w_i‖² − 1) w_i).</summary>
    private static void AddOwnTerms<T>(Tensor w, Tensor gradient) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var n = T.CreateChecked(w.RowCount);
        for (var i = 0; i < w.RowCount; i++)
        {
            Span<T> row = w.Row<T>(i), g = gradient.Row<T>(i);
            var square = TensorPrimitives.SumOfSquares<T>(row);
            TensorPrimitives.MultiplyAdd(row, n * (square - T.One) - square, g, g);
            TensorPrimitives.Multiply(g, T.CreateChecked(4), g);
        }
    }

    private static void Normalise<T>(Tensor w) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        for (var i = 0; i < w.RowCount; i++)
        {
            var norm = TensorPrimitives.Norm<T>(w.Row<T>(i));
            TensorPrimitives.Divide(w.Row<T>(i), T.Max(norm, T.CreateChecked(ShortestNorm)), w.Row<T>(i));
        }
    }
}
