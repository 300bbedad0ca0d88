namespace SaeSharp.Lab.Probing;

/// <summary>Logistic regression with an L2 penalty: minimises ‖w‖²/2 + C Σ log(1 + exp(−y (w·x + b))), y = ±1; b is not penalised (scikit-learn's objective).</summary>
/// <remarks>
/// Newton's method; each step is solved by conjugate gradients, which need only products with the rows, so that ten thousand sparse columns cost no more than their numbers.
/// Columns are centred on the way, by x·v − mean·v: next to a large mean, w and b would hardly be told apart. b' is the intercept of the centred columns.
/// The penalty makes the objective strongly convex in w: a gradient below 1e-9 leaves w within 1e-9 of the one minimum, whatever the way there.
/// </remarks>
internal sealed class LogisticRegression
{
    private const int MostSteps = 200, MostHalvings = 50;
    private const double SmallGradient = 1e-9, Rounding = 1e-15, Armijo = 1e-4;
    private readonly ProbeRows _x;
    private readonly bool[] _positive;
    private readonly double _c;
    private readonly double[] _mean; // of each column
    private readonly double[] _p, _curvature; // of each row: P(positive), p (1 − p)
    private double _intercept; // b'

    private LogisticRegression(ProbeRows x, bool[] positive, double c)
    {
        (_x, _positive, _c, _p, _curvature) = (x, positive, c, new double[x.Rows], new double[x.Rows]);
        (Weights, _mean) = (new double[x.Columns], new double[x.Columns]);
        for (var row = 0; row < x.Rows; row++) x.AddTo(row, 1.0 / x.Rows, _mean);
    }

    /// <summary>w [columns].</summary>
    public double[] Weights { get; private set; }

    /// <summary>b.</summary>
    public double Intercept => _intercept - Dot(Weights, _mean);

    /// <summary>Fits <paramref name="x"/> to its labels.</summary>
    /// <exception cref="OptionException">Only one class is there, or C is not above 0.</exception>
    public static LogisticRegression Fit(ProbeRows x, bool[] positive, double c)
    {
        if (positive.Length != x.Rows) throw new ArgumentException($"{positive.Length} labels were given for {x.Rows} rows.", nameof(positive));
        if (!positive.Contains(true) || !positive.Contains(false)) throw OptionException.Invalid("All texts have the same label, expected two.", "Give texts with and without the label.");
        var fit = new LogisticRegression(x, positive, OptionException.Positive(c, "--c"));
        fit.Minimise();
        return fit;
    }

    /// <summary>w·x + b of each row: above 0 where it says yes.</summary>
    public double[] Scores(ProbeRows x)
    {
        var b = Intercept;
        return [.. Enumerable.Range(0, x.Rows).Select(row => x.Dot(row, Weights) + b)];
    }

    private void Minimise()
    {
        var objective = Objective(Weights, _intercept);
        for (var step = 0; step < MostSteps; step++)
        {
            var (gradient, slope, noise) = Gradient();
            var norm = Norm(gradient, slope);
            if (norm <= Math.Max(SmallGradient, Rounding * noise)) return;
            var (direction, turn) = Newton(gradient, slope, norm);
            var along = Dot(direction, gradient) + turn * slope;
            var (length, found) = (1.0, false);
            for (var halving = 0; halving < MostHalvings && !found; halving++, length /= 2)
            {
                var (w, b) = (Moved(direction, length), _intercept + length * turn);
                var next = Objective(w, b);
                if (next > objective + Armijo * length * along + Rounding * Math.Abs(objective)) continue;
                (Weights, _intercept, objective, found) = (w, b, next, true);
            }
            if (!found) return; // rounding hides any further descent
        }
    }

    /// <summary>The gradient by w and b', and the size of the sums it is the difference of.</summary>
    private (double[] W, double B, double Noise) Gradient()
    {
        var (gradient, slope, noise, shift) = ((double[])Weights.Clone(), 0.0, 0.0, Intercept);
        for (var row = 0; row < _x.Rows; row++)
        {
            var score = _x.Dot(row, Weights) + shift;
            _p[row] = 1 / (1 + Math.Exp(-score));
            _curvature[row] = _p[row] * (1 - _p[row]);
            var residual = _c * (_positive[row] ? -1 / (1 + Math.Exp(score)) : _p[row]);
            _x.AddTo(row, residual, gradient);
            slope += residual;
            noise += Math.Abs(residual) * (1 + Math.Abs(score));
        }
        Centre(gradient, slope);
        return (gradient, slope, noise);
    }

    /// <summary>d with H d = −g, by conjugate gradients with the diagonal of H as preconditioner, as exactly as the step deserves.</summary>
    private (double[] W, double B) Newton(double[] gradient, double slope, double norm)
    {
        var n = gradient.Length;
        double[] diagonal = new double[n + 1], d = new double[n + 1], residual = new double[n + 1], product = new double[n + 1], crossed = new double[n];
        Array.Fill(diagonal, 1, 0, n);
        for (var row = 0; row < _x.Rows; row++)
        {
            _x.AddSquares(row, _c * _curvature[row], diagonal.AsSpan(0, n));
            diagonal[n] += _c * _curvature[row];
            _x.AddTo(row, _c * _curvature[row], crossed);
        }
        for (var i = 0; i < n; i++) diagonal[i] += _mean[i] * (_mean[i] * diagonal[n] - 2 * crossed[i]); // Σ d (x − mean)² = Σ d x² − 2 mean Σ d x + mean² Σ d
        diagonal[n] = Math.Max(diagonal[n], double.Epsilon);
        for (var i = 0; i < n; i++) residual[i] = -gradient[i];
        residual[n] = -slope;
        var scaled = new double[n + 1];
        for (var i = 0; i <= n; i++) scaled[i] = residual[i] / diagonal[i];
        var search = (double[])scaled.Clone();
        var (rz, enough) = (Dot(residual, scaled), Math.Max(norm * Math.Min(0.1, Math.Sqrt(norm)), SmallGradient / 4)); // no better than the last step needs
        for (var iteration = 0; iteration < 20 * (n + 1) && rz > 0; iteration++)
        {
            Product(search, product);
            var alpha = rz / Dot(search, product);
            if (!double.IsFinite(alpha)) break;
            for (var i = 0; i <= n; i++)
            {
                d[i] += alpha * search[i];
                residual[i] -= alpha * product[i];
                scaled[i] = residual[i] / diagonal[i];
            }
            if (Math.Sqrt(Dot(residual, residual)) <= Math.Max(enough, 1e-14 * norm)) break;
            var next = Dot(residual, scaled);
            for (var i = 0; i <= n; i++) search[i] = scaled[i] + next / rz * search[i];
            rz = next;
        }
        return (d[..n], d[n]);
    }

    /// <summary>H v, H = (1 0; 0 0) + C Xᵀ diag(p (1 − p)) X, with centred columns and one of ones for b'.</summary>
    private void Product(double[] v, double[] into)
    {
        var n = v.Length - 1;
        v.AsSpan(0, n).CopyTo(into);
        into[n] = 0;
        var shift = v[n] - Dot(_mean, v);
        for (var row = 0; row < _x.Rows; row++)
        {
            var factor = _c * _curvature[row] * (_x.Dot(row, v) + shift);
            _x.AddTo(row, factor, into);
            into[n] += factor;
        }
        Centre(into, into[n]);
    }

    /// <summary>Turns Σ f·x into Σ f·(x − mean), <paramref name="factors"/> being Σ f.</summary>
    private void Centre(double[] sums, double factors)
    {
        for (var i = 0; i < _mean.Length; i++) sums[i] -= factors * _mean[i];
    }

    private double Objective(double[] w, double b)
    {
        var (sum, shift) = (0.0, b - Dot(w, _mean));
        for (var row = 0; row < _x.Rows; row++)
        {
            var margin = (_x.Dot(row, w) + shift) * (_positive[row] ? 1 : -1);
            sum += margin > 0 ? double.LogP1(Math.Exp(-margin)) : double.LogP1(Math.Exp(margin)) - margin;
        }
        return Dot(w, w) / 2 + _c * sum;
    }

    private double[] Moved(double[] direction, double length) => [.. Weights.Zip(direction, (w, d) => w + length * d)];

    private static double Norm(double[] w, double b) => Math.Sqrt(Dot(w, w) + b * b);

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
