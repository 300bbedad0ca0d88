using SaeSharp.Models.Branches;
using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Indexing;

/// <summary>What each head of an attention layer can write: the space of its rows of W_O, and how much of a direction lies in it.</summary>
/// <remarks>
/// With W = L·Q, Q the orthonormal rows that Gram and Schmidt make of a head's rows, the squared length of v's projection is ‖Q·v‖² = ‖L⁻¹·W·v‖². L is Cholesky's factor of W·Wᵀ and takes
/// dHead² numbers a head where Q would take as many as the weights; rows that depend on those before are left out of both.
/// </remarks>
internal sealed class HeadSpaces
{
    /// <summary>Of a row's squared length, below which its rest is rounding of what the rows before it span.</summary>
    private const double Dependent = 1e-10;

    private readonly BranchOutput _branch;
    private readonly bool _centred;
    private readonly int _width;
    private readonly double[][] _factors;

    /// <param name="branch">An attention layer.</param>
    /// <param name="centred">Whether what is written is read without its mean.</param>
    public HeadSpaces(BranchOutput branch, bool centred)
    {
        (_branch, _centred, _width) = (branch, centred, branch.HeadWidth!.Value);
        _factors = new double[branch.Inputs / _width][];
        Parallel.For(0, _factors.Length, head => _factors[head] = Factor(Rows(head)));
    }

    public int Heads => _factors.Length;

    /// <summary>Dimensions that a head can write.</summary>
    public int Rank(int head) => Enumerable.Range(0, _width).Count(row => _factors[head][row * _width + row] > 0);

    /// <summary>Share of a unit direction's squared length that lies in each head's space, [heads].</summary>
    public double[] Shares(double[] direction)
    {
        var shares = new double[Heads];
        Parallel.For(0, Heads, head =>
        {
            var (rows, factor, y) = (Rows(head), _factors[head], new double[_width]);
            for (var j = 0; j < _width; j++)
            {
                var pivot = factor[j * _width + j];
                if (pivot > 0) y[j] = (TensorPrimitives.Dot<double>(rows[j], direction) - TensorPrimitives.Dot<double>(factor.AsSpan(j * _width, j), y.AsSpan(0, j))) / pivot;
            }
            shares[head] = Math.Min(1, TensorPrimitives.SumOfSquares<double>(y));
        });
        return shares;
    }

    private double[][] Rows(int head)
    {
        var directions = _branch.Directions(head * _width, _width);                                       // W   [dHead, dModel]
        var rows = new double[_width][];
        for (var i = 0; i < _width; i++) rows[i] = StreamDirection.Of(directions.Row<float>(i), _centred);
        directions.Free();
        return rows;
    }

    /// <summary>L of W·Wᵀ = L·Lᵀ, row by row; zero rows where W's depends on those before.</summary>
    private static double[] Factor(double[][] rows)
    {
        var (n, factor) = (rows.Length, new double[rows.Length * rows.Length]);
        for (var j = 0; j < n; j++)
        {
            var mine = factor.AsSpan(j * n, n);
            for (var k = 0; k < j; k++)
            {
                var other = factor.AsSpan(k * n, n);
                if (other[k] > 0) mine[k] = (TensorPrimitives.Dot<double>(rows[j], rows[k]) - TensorPrimitives.Dot<double>(mine[..k], other[..k])) / other[k];
            }
            var whole = TensorPrimitives.SumOfSquares<double>(rows[j]);
            var rest = whole - TensorPrimitives.SumOfSquares<double>(mine[..j]);
            if (rest > Dependent * whole) mine[j] = Math.Sqrt(rest);
            else mine.Clear();
        }
        return factor;
    }
}
