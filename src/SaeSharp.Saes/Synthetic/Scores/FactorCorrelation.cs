using SaeSharp.Numerics;

namespace SaeSharp.Saes.Synthetic.Scores;

/// <summary>How strongly pairs of features are correlated, in a matrix or by common factors.</summary>
/// <param name="RootMeanSquare">√ of the mean squared correlation of two different features.</param>
/// <param name="Mean">Mean correlation of two different features.</param>
public sealed record FactorCorrelation(double RootMeanSquare, double Mean)
{
    /// <summary>Of a correlation matrix [features, features].</summary>
    public static FactorCorrelation OfMatrix(Tensor matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var n = matrix.RowCount;
        var (squares, sum) = (0.0, 0.0);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var value = i == j ? 0 : matrix.Read((long)i * n + j);
                (squares, sum) = (squares + value * value, sum + value);
            }
        return Of(squares, sum, n);
    }

    /// <summary>Of F·Fᵀ off its diagonal, from F [features, rank] without the matrix: Σ(f_i·f_j)² = ‖FᵀF‖² and Σ f_i·f_j = ‖Σ f_i‖² over all pairs.</summary>
    public static FactorCorrelation OfFactors(Tensor factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        var (n, rank) = (factors.RowCount, factors.Columns);
        var (gram, sums, row) = (new double[rank * rank], new double[rank], new double[rank]);
        var (ownSquares, own) = (0.0, 0.0);
        for (var i = 0; i < n; i++)
        {
            var norm = 0.0;
            for (var r = 0; r < rank; r++)
            {
                row[r] = factors.Read((long)i * rank + r);
                (sums[r], norm) = (sums[r] + row[r], norm + row[r] * row[r]);
            }
            for (var r = 0; r < rank; r++)
                for (var s = 0; s < rank; s++) gram[r * rank + s] += row[r] * row[s];
            (ownSquares, own) = (ownSquares + norm * norm, own + norm);
        }
        return Of(gram.Sum(value => value * value) - ownSquares, sums.Sum(value => value * value) - own, n);
    }

    private static FactorCorrelation Of(double squares, double sum, int n)
    {
        var pairs = (double)n * (n - 1);
        return pairs > 0 ? new(Math.Sqrt(Math.Max(0, squares) / pairs), sum / pairs) : new(0, 0);
    }
}
