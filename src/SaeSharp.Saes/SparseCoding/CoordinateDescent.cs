using System.Numerics.Tensors;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Cyclic coordinate descent for the Lasso on a working set: each weight in turn goes to its own minimum.</summary>
/// <remarks>x_j ← S(c_j + G_jj x_j, λ) / G_jj with the soft threshold S; a change of x_j costs one row of the Gram matrix. Friedman, Hastie &amp; Tibshirani 2010.</remarks>
internal static class CoordinateDescent
{
    private const int CheckedEvery = 4;

    /// <summary>Changes the set's weights until its own duality gap is at most <paramref name="gap"/>; false where <paramref name="epochs"/> are over first.</summary>
    public static bool Run(WorkingSet set, double lambda, bool positive, double signalSquares, double gap, int epochs)
    {
        var correlations = new double[set.Count];
        set.Correlations(correlations);
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            Sweep(set, lambda, positive, correlations);
            if (epoch % CheckedEvery == 0 && Gap(set, lambda, positive, signalSquares, correlations) <= gap) return true;
        }
        return false;
    }

    private static void Sweep(WorkingSet set, double lambda, bool positive, Span<double> correlations)
    {
        var weights = set.Weights;
        for (var j = 0; j < weights.Length; j++)
        {
            if (weights[j] == 0 && (positive ? correlations[j] : Math.Abs(correlations[j])) <= lambda) continue;
            var row = set.Gram(j);
            if (row[j] <= 0) continue;
            var pull = correlations[j] + row[j] * weights[j];
            var shrunk = pull > lambda ? pull - lambda : pull < -lambda && !positive ? pull + lambda : 0;
            var step = shrunk / row[j] - weights[j];
            if (step == 0) continue;
            weights[j] += step;
            TensorPrimitives.MultiplyAdd(row, -step, correlations, correlations);
        }
    }

    /// <summary>½(1 − s)²‖r‖² + Σ |x_j| λ − s x_j c_j: what P − D comes to, without the cancellation of their difference.</summary>
    private static double Gap(WorkingSet set, double lambda, bool positive, double signalSquares, ReadOnlySpan<double> correlations)
    {
        var weights = set.Weights;
        var (top, l1, fitted, explained) = (0.0, 0.0, 0.0, 0.0);
        for (var j = 0; j < weights.Length; j++)
        {
            top = Math.Max(top, positive ? correlations[j] : Math.Abs(correlations[j]));
            l1 += Math.Abs(weights[j]);
            fitted += weights[j] * correlations[j];
            explained += weights[j] * set.Products[j];
        }
        var scale = top <= lambda ? 1 : lambda / top;
        var squares = Math.Max(0, signalSquares - explained - fitted); // ‖b‖² − x'A'b − x'c: the ridge's part is in c
        return (1 - scale) * (1 - scale) / 2 * squares + lambda * l1 - scale * fitted;
    }
}
