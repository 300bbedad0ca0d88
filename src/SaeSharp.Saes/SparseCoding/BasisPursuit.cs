namespace SaeSharp.Saes.SparseCoding;

/// <summary>min ‖x‖₁ with A·x = b: where the Lasso's path ends at λ = 0.</summary>
/// <remarks>Chen, Donoho &amp; Saunders 1998. The gap is ‖x‖₁ − b·y with the dual certificate y = A_S w of the path's last segment, scaled until |a_j · y| ≤ 1 for all atoms.</remarks>
public sealed class BasisPursuit : SparseSolver
{
    private const double Reach = 1e-8;

    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals)
    {
        var answers = Each(dictionary, signals, signal => Solve(dictionary, signal));
        for (var row = 0; row < answers.Length; row++)
        {
            var norm = AtomDictionary.Norm(signals[row]);
            if (answers[row].Residual > Reach * norm) throw SparseCodingException.OutOfReach(row, answers[row].Residual / norm);
        }
        return answers;
    }

    private static SparseAnswer Solve(AtomDictionary dictionary, double[] signal)
    {
        var path = new Homotopy(dictionary, signal, new() { LeastRatio = 0, MaxKnots = 100 + 20 * dictionary.Count });
        var end = path.Knots()[^1];
        var products = new double[dictionary.Count];
        dictionary.Dots([.. Enumerable.Range(0, dictionary.Count)], path.Direction, products);
        var scale = Math.Max(1, products.Max(Math.Abs));
        var bound = signal.Zip(path.Direction.ToArray(), (b, y) => b * y).Sum() / scale;
        var l1 = end.Values.Sum(Math.Abs);
        return end with { Objective = l1, Gap = Math.Max(0, l1 - bound), Lambda = null };
    }
}
