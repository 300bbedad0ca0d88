using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Logistic regression on a few columns, ‖w‖²/2 + Σ log(1 + exp(−y (w·x + b))): Newton's method with the equations solved outright, and no more exact than a ranking needs.</summary>
/// <remarks>The objective is that of <see cref="LogisticRegression"/> with C = 1, its test oracle; that one takes any number of columns, and a hundred times as long on sixty.</remarks>
internal static class SmallProbe
{
    private const int MostSteps = 30, MostHalvings = 20;
    private const double SmallStep = 1e-6;

    /// <summary>w and, last, b.</summary>
    public static double[] Fit(ProbeRows x, bool[] positive)
    {
        var (n, w) = (x.Columns + 1, new double[x.Columns + 1]);
        var objective = Objective(x, positive, w);
        for (var step = 0; step < MostSteps; step++)
        {
            var (gradient, hessian) = Slopes(x, positive, w);
            var direction = Solve(hessian, gradient);
            var (length, moved) = (1.0, false);
            for (var halving = 0; halving < MostHalvings && !moved; halving++, length /= 2)
            {
                double[] next = [.. w.Zip(direction, (value, change) => value - length * change)];
                var lower = Objective(x, positive, next);
                if (lower > objective) continue;
                moved = objective - lower > SmallStep * Math.Abs(objective);
                (w, objective) = (next, lower);
                break;
            }
            if (!moved) break;
        }
        return w;
    }

    /// <summary>w·x + b of each row.</summary>
    public static double[] Scores(ProbeRows x, double[] w) => [.. Enumerable.Range(0, x.Rows).Select(row => x.Dot(row, w) + w[^1])];

    private static double Objective(ProbeRows x, bool[] positive, double[] w)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Columns; i++) sum += w[i] * w[i] / 2;
        for (var row = 0; row < x.Rows; row++)
        {
            var margin = (x.Dot(row, w) + w[^1]) * (positive[row] ? 1 : -1);
            sum += margin > 0 ? double.LogP1(Math.Exp(-margin)) : double.LogP1(Math.Exp(margin)) - margin;
        }
        return sum;
    }

    private static (double[] Gradient, double[,] Hessian) Slopes(ProbeRows x, bool[] positive, double[] w)
    {
        var n = w.Length;
        var (gradient, hessian, row) = ((double[])w.Clone(), new double[n, n], new double[n]);
        gradient[^1] = 0;
        for (var i = 0; i < n; i++) hessian[i, i] = i < n - 1 ? 1 : 1e-9;
        var used = new List<int>();
        for (var r = 0; r < x.Rows; r++)
        {
            var p = 1 / (1 + Math.Exp(-(x.Dot(r, w) + w[^1])));
            var (residual, curvature) = (p - (positive[r] ? 1 : 0), p * (1 - p));
            x.AddTo(r, 1, row);
            row[^1] = 1;
            used.Clear();
            for (var i = 0; i < n; i++)
                if (row[i] != 0) used.Add(i);
            foreach (var i in used)
            {
                gradient[i] += residual * row[i];
                foreach (var j in used) hessian[i, j] += curvature * row[i] * row[j];
            }
            foreach (var i in used) row[i] = 0;
        }
        return (gradient, hessian);
    }

    /// <summary>H⁻¹ g by Cholesky's method; H is positive definite.</summary>
    private static double[] Solve(double[,] h, double[] g)
    {
        var (n, d) = (g.Length, (double[])g.Clone());
        for (var j = 0; j < n; j++)
        {
            for (var i = j; i < n; i++)
            {
                var sum = h[i, j];
                for (var k = 0; k < j; k++) sum -= h[i, k] * h[j, k];
                h[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / h[j, j];
            }
        }
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) d[i] -= h[i, k] * d[k];
            d[i] /= h[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) d[i] -= h[k, i] * d[k];
            d[i] /= h[i, i];
        }
        return d;
    }
}
