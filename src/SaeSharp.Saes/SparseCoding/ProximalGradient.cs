using System.Numerics.Tensors;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>ISTA and FISTA: gradient steps with soft thresholds, the plain way to the Lasso, and what an unrolled encoder imitates.</summary>
/// <remarks>Beck &amp; Teboulle 2009, equations 4.1 to 4.3; f64 throughout. Slow where atoms are alike: <see cref="Lasso"/> is the solver to use, this the one to look at.</remarks>
public sealed class ProximalGradient(ProximalOptions options) : SparseSolver
{
    private const int CertifiedEvery = 20, PowerSteps = 200;

    /// <summary>Each signal's code with its objective after every step.</summary>
    public IReadOnlyList<(SparseAnswer Answer, double[] Objectives)> Trace(AtomDictionary dictionary, Tensor signals)
    {
        var rows = Rows(dictionary, signals);
        var lipschitz = options.Lipschitz ?? Lipschitz(dictionary);
        return [.. rows.Select(row => Descend(dictionary, row, lipschitz))];
    }

    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals)
    {
        var lipschitz = options.Lipschitz ?? Lipschitz(dictionary);
        return Each(dictionary, signals, signal => Descend(dictionary, signal, lipschitz).Answer);
    }

    /// <summary>The largest eigenvalue of A'A, with a little above it so that steps are never too long.</summary>
    public static double Lipschitz(AtomDictionary dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        int[] all = [.. Enumerable.Range(0, dictionary.Count)];
        var (vector, products) = (new double[dictionary.Width], new double[dictionary.Count]);
        dictionary.CopyAtom(all.MaxBy(atom => dictionary.Norms[atom]), vector);
        for (var i = 0; i < vector.Length; i++) vector[i] += dictionary.LargestNorm * 1e-3 * (i % 7 - 3); // not orthogonal to the largest by accident
        var largest = 0.0;
        for (var step = 0; step < PowerSteps; step++)
        {
            var norm = AtomDictionary.Norm(vector);
            if (norm == 0) break;
            TensorPrimitives.Divide(vector, norm, vector);
            dictionary.Dots(all, vector, products);
            largest = TensorPrimitives.SumOfSquares<double>(products);
            Array.Clear(vector);
            for (var atom = 0; atom < products.Length; atom++) dictionary.AddTo(atom, products[atom], vector);
        }
        return Math.Max(largest * 1.01, double.Epsilon);
    }

    private (SparseAnswer Answer, double[] Objectives) Descend(AtomDictionary dictionary, double[] signal, double lipschitz)
    {
        int[] all = [.. Enumerable.Range(0, dictionary.Count)];
        var (x, y, next, products, residual) = (new double[all.Length], new double[all.Length], new double[all.Length], new double[all.Length], new double[signal.Length]);
        dictionary.Dots(all, signal, products);
        var top = Top(products);
        var lambda = options.Lambda ?? options.LambdaRatio * (top > 0 ? top : products.Max(Math.Abs));
        var (momentum, objectives, why, halfSquares) = (1.0, new List<double>(), StopReason.IterationLimit, TensorPrimitives.SumOfSquares<double>(signal) / 2);
        while (objectives.Count < options.Steps)
        {
            dictionary.Residual(signal, all, y, residual);
            dictionary.Dots(all, residual, products);
            for (var j = 0; j < x.Length; j++) next[j] = Soft(y[j] + products[j] / lipschitz, lambda / lipschitz);
            var faster = (1 + Math.Sqrt(1 + 4 * momentum * momentum)) / 2;
            if (options.Momentum == Momentum.Restarted && Uphill(y, next, x)) (momentum, faster) = (1, 1);
            var along = options.Momentum == Momentum.None ? 0 : (momentum - 1) / faster;
            for (var j = 0; j < x.Length; j++) y[j] = next[j] + along * (next[j] - x[j]);
            (x, next, momentum) = (next, x, faster);
            dictionary.Residual(signal, all, x, residual);
            objectives.Add(TensorPrimitives.SumOfSquares<double>(residual) / 2 + lambda * TensorPrimitives.SumOfMagnitudes<double>(x));
            if (options.Gap is not { } gap || objectives.Count % CertifiedEvery != 0) continue;
            dictionary.Dots(all, residual, products);
            if (Gap(x, products, residual, lambda) > gap * halfSquares) continue;
            why = StopReason.GapReached;
            break;
        }
        dictionary.Dots(all, residual, products);
        var (indices, values) = SparseAnswer.Sorted(all, x);
        return (new(indices, values)
        {
            Residual = AtomDictionary.Norm(residual), Objective = objectives[^1], Gap = Gap(x, products, residual, lambda), Lambda = lambda, Iterations = objectives.Count, Why = why,
        }, [.. objectives]);
    }

    private double Soft(double value, double threshold) => value > threshold ? value - threshold : value < -threshold && !options.Positive ? value + threshold : 0;

    private double Top(ReadOnlySpan<double> products) => Math.Max(0, options.Positive ? TensorPrimitives.Max(products) : Math.Abs(TensorPrimitives.MaxMagnitude(products)));

    /// <summary>Whether the last step goes against the gradient of the momentum's: (y − x⁺)·(x⁺ − x) > 0.</summary>
    private static bool Uphill(double[] y, double[] next, double[] x)
    {
        var sum = 0.0;
        for (var j = 0; j < x.Length; j++) sum += (y[j] - next[j]) * (next[j] - x[j]);
        return sum > 0;
    }

    private double Gap(double[] x, double[] products, double[] residual, double lambda)
    {
        var top = Top(products);
        var scale = top <= lambda ? 1 : lambda / top;
        var fitted = TensorPrimitives.Dot<double>(x, products);
        return Math.Max(0, (1 - scale) * (1 - scale) / 2 * TensorPrimitives.SumOfSquares<double>(residual) + lambda * TensorPrimitives.SumOfMagnitudes<double>(x) - scale * fitted);
    }
}
