using System.Numerics.Tensors;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>All eigenvalues and eigenvectors of a symmetric matrix, largest first.</summary>
/// <remarks>Householder reflections to a tridiagonal matrix, then QL with implicit shifts (Golub &amp; Van Loan, chapter 8). Eigenvectors are rows throughout, so that every step runs along memory.</remarks>
internal sealed class SymmetricEigen
{
    private const int MostSweeps = 60;
    private readonly int _n;
    private readonly double[][] _vectors;
    private readonly double[] _diagonal, _beside;

    /// <param name="matrix">Its rows; overwritten.</param>
    public SymmetricEigen(double[][] matrix)
    {
        _n = matrix.Length;
        _vectors = [.. Enumerable.Range(0, _n).Select(i =>
        {
            var row = new double[_n];
            row[i] = 1;
            return row;
        })];
        (_diagonal, _beside) = (new double[_n], new double[_n]);
        for (var k = 0; k < _n - 2; k++) Reflect(matrix, k);
        for (var i = 0; i < _n; i++) (_diagonal[i], _beside[i]) = (matrix[i][i], i + 1 < _n ? matrix[i + 1][i] : 0);
        for (var i = 0; i < _n; i++) Diagonalise(i);
        Array.Sort([.. _diagonal.Select(value => -value)], _vectors);
        Array.Sort(_diagonal, (a, b) => b.CompareTo(a));
    }

    /// <summary>[n], falling.</summary>
    public IReadOnlyList<double> Values => _diagonal;

    /// <summary>Unit eigenvectors, in the order of their values.</summary>
    public IReadOnlyList<double[]> Vectors => _vectors;

    /// <summary>M ← HMH with the reflection H that brings column k below the subdiagonal to 0.</summary>
    private void Reflect(double[][] m, int k)
    {
        var size = _n - k - 1;
        var v = new double[size];
        for (var i = 0; i < size; i++) v[i] = m[k + 1 + i][k];
        var length = TensorPrimitives.Norm<double>(v);
        if (length == 0 || length == Math.Abs(v[0])) return; // it is 0 there already
        var head = v[0] > 0 ? -length : length;
        v[0] -= head;
        TensorPrimitives.Divide(v, TensorPrimitives.Norm<double>(v), v);
        var p = new double[size];
        for (var i = 0; i < size; i++) p[i] = TensorPrimitives.Dot<double>(m[k + 1 + i].AsSpan(k + 1), v);
        TensorPrimitives.MultiplyAdd(v, -TensorPrimitives.Dot<double>(v, p), p, p);  // w = Mv − (v'Mv)v
        var along = new double[_n];
        for (var i = 0; i < size; i++)
        {
            var row = m[k + 1 + i].AsSpan(k + 1);
            TensorPrimitives.MultiplyAdd(p, -2 * v[i], row, row);
            TensorPrimitives.MultiplyAdd(v, -2 * p[i], row, row);
            TensorPrimitives.MultiplyAdd(_vectors[k + 1 + i], v[i], along, along);
        }
        for (var i = 0; i < size; i++)
        {
            TensorPrimitives.MultiplyAdd(along, -2 * v[i], _vectors[k + 1 + i], _vectors[k + 1 + i]);
            m[k + 1 + i][k] = i == 0 ? head : 0;
        }
    }

    private void Diagonalise(int l)
    {
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            var m = l;
            while (m < _n - 1 && Math.Abs(_beside[m]) > 1.1e-16 * (Math.Abs(_diagonal[m]) + Math.Abs(_diagonal[m + 1]))) m++;
            if (m == l) return;
            Sweep(l, m);
        }
    }

    private void Sweep(int l, int m)
    {
        var (d, e) = (_diagonal, _beside);
        var g = (d[l + 1] - d[l]) / (2 * e[l]);
        g = d[m] - d[l] + e[l] / (g + Math.CopySign(double.Hypot(g, 1), g));
        var (s, c, p) = (1.0, 1.0, 0.0);
        for (var i = m - 1; i >= l; i--)
        {
            var (f, b) = (s * e[i], c * e[i]);
            var r = double.Hypot(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }
            (s, c) = (f / r, g / r);
            g = d[i + 1] - p;
            r = (d[i] - g) * s + 2 * c * b;
            p = s * r;
            d[i + 1] = g + p;
            g = c * r - b;
            Rotate(_vectors[i], _vectors[i + 1], c, s);
        }
        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }

    private static void Rotate(double[] a, double[] b, double c, double s)
    {
        for (var k = 0; k < a.Length; k++) (a[k], b[k]) = (c * a[k] - s * b[k], s * a[k] + c * b[k]);
    }
}
