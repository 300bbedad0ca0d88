using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>z = L⁻¹ (x − mean), with L Lᵀ the covariance: coordinates of variance 1 that do not correlate, in which a gradient points the right way.</summary>
internal sealed class Whitening
{
    private const double Ridge = 1e-4; // of the mean variance: keeps directions without variance from becoming noise
    private readonly Backend _backend;
    private readonly Tensor _minusMean, _map; // [d], L⁻ᵀ [d, d]

    /// <param name="x">[rows, d].</param>
    /// <param name="backend">Computes.</param>
    public Whitening(Tensor x, Backend backend)
    {
        var d = x.Columns;
        (_backend, _minusMean, _map) = (backend, Tensor.Zeros(DType.F32, d), Tensor.Zeros(DType.F32, d, d));
        backend.AddColumnSums(x, _minusMean);
        backend.Scale(_minusMean, -1.0 / x.RowCount, _minusMean);
        using var scope = new TensorScope();
        var centred = scope.Add(Tensor.Zeros(DType.F32, x.RowCount, d));
        backend.AddRow(x, _minusMean, centred);
        var products = scope.Add(Tensor.Zeros(DType.F32, d, d));
        backend.MatMul(centred, centred, products, Transpose.A);              // Σ (x − m)(x − m)ᵀ   [d, d]
        var covariance = new double[d, d];
        var trace = 0.0;
        for (var i = 0; i < d; i++) trace += products.Row<float>(i)[i] / (double)x.RowCount;
        for (var i = 0; i < d; i++)
            for (var j = 0; j < d; j++) covariance[i, j] = products.Row<float>(i)[j] / (double)x.RowCount + (i == j ? Math.Max(Ridge * trace / d, 1e-12) : 0);
        Invert(Cholesky(covariance));
    }

    /// <summary>[rows, d] → [rows, d].</summary>
    public Tensor Apply(Tensor x)
    {
        var centred = Tensor.Zeros(DType.F32, x.RowCount, x.Columns);
        _backend.AddRow(x, _minusMean, centred);
        var z = Tensor.Zeros(DType.F32, x.RowCount, x.Columns);
        _backend.MatMul(centred, _map, z);
        centred.Free();
        return z;
    }

    private static double[,] Cholesky(double[,] a)
    {
        var n = a.GetLength(0);
        var l = new double[n, n];
        for (var j = 0; j < n; j++)
        {
            for (var i = j; i < n; i++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / l[j, j];
            }
        }
        return l;
    }

    /// <summary>Writes the transpose of L⁻¹, so that rows of x times it are rows of z.</summary>
    private void Invert(double[,] l)
    {
        var n = l.GetLength(0);
        var column = new double[n];
        for (var j = 0; j < n; j++)
        {
            Array.Clear(column);
            for (var i = j; i < n; i++)
            {
                var sum = i == j ? 1.0 : 0;
                for (var k = j; k < i; k++) sum -= l[i, k] * column[k];
                column[i] = sum / l[i, i];
                _map.Row<float>(j)[i] = (float)column[i];
            }
        }
    }
}
