namespace SaeSharp.Saes.Tests.SparseCoding;

/// <summary>The naive twin: cyclic coordinate descent in f64 over all columns until nothing moves, and certificates as the definitions say.</summary>
internal static class PlainLasso
{
    public static double[] Solve(double[][] atoms, double[] b, double lambda, double ridge, bool positive, int epochs = 200_000)
    {
        var x = new double[atoms.Length];
        double[] r = [.. b];
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var moved = 0.0;
            for (var j = 0; j < atoms.Length; j++)
            {
                var square = Dot(atoms[j], atoms[j]);
                if (square == 0) continue;
                var pull = Dot(atoms[j], r) + square * x[j];
                var next = (pull > lambda ? pull - lambda : pull < -lambda && !positive ? pull + lambda : 0) / (square + ridge);
                var step = next - x[j];
                if (step == 0) continue;
                x[j] = next;
                for (var i = 0; i < r.Length; i++) r[i] -= step * atoms[j][i];
                moved = Math.Max(moved, Math.Abs(step) * Math.Sqrt(square));
            }
            if (moved <= 1e-13 * Math.Sqrt(Dot(b, b))) break;
        }
        return x;
    }

    public static double Objective(double[][] atoms, double[] b, double[] x, double lambda, double ridge)
    {
        var r = Residual(atoms, b, x);
        return Dot(r, r) / 2 + lambda * x.Sum(Math.Abs) + ridge / 2 * Dot(x, x);
    }

    /// <summary>P − D at the scaled residual, by subtraction.</summary>
    public static double Gap(double[][] atoms, double[] b, double[] x, double lambda, double ridge, bool positive)
    {
        var r = Residual(atoms, b, x);
        var top = 0.0;
        for (var j = 0; j < atoms.Length; j++)
        {
            var correlation = Dot(atoms[j], r) - ridge * x[j];
            top = Math.Max(top, positive ? correlation : Math.Abs(correlation));
        }
        var scale = top <= lambda ? 1 : lambda / top;
        var dual = scale * Dot(b, r) - scale * scale / 2 * (Dot(r, r) + ridge * Dot(x, x));
        return Objective(atoms, b, x, lambda, ridge) - dual;
    }

    public static double[] Residual(double[][] atoms, double[] b, double[] x)
    {
        double[] r = [.. b];
        for (var j = 0; j < x.Length; j++)
            for (var i = 0; i < r.Length; i++) r[i] -= x[j] * atoms[j][i];
        return r;
    }

    public static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
