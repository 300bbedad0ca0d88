namespace SaeSharp.Saes.SparseCoding;

/// <summary>min ‖b − A·x‖² + penalty ‖x‖²: a code without zeros, for comparison.</summary>
/// <remarks>Solved on the smaller side: x = A'(AA' + penalty)⁻¹ b where there are more atoms than dimensions.</remarks>
public sealed class Ridge(double penalty) : SparseSolver
{
    private readonly double _penalty = penalty > 0 && double.IsFinite(penalty) ? penalty : throw SparseCodingException.NoPenalty(penalty);

    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals)
    {
        var wide = dictionary.Count > dictionary.Width;
        var matrix = wide ? Outer(dictionary) : Inner(dictionary);
        for (var i = 0; i < matrix.Length; i++) matrix[i][i] += _penalty;
        var factor = new CholeskyFactor(matrix.Length);
        foreach (var row in matrix)
            if (!factor.TryAppend(row, row[factor.Count])) throw SparseCodingException.Singular(matrix.Length);
        int[] all = [.. Enumerable.Range(0, dictionary.Count)];
        return Each(dictionary, signals, signal =>
        {
            var right = wide ? signal : Products(dictionary, all, signal);
            var solution = Solve(factor, matrix, right);
            return Answer(dictionary, all, signal, wide ? Products(dictionary, all, solution) : solution);
        });
    }

    private static double[] Solve(CholeskyFactor factor, double[][] matrix, double[] right)
    {
        double[] solution = [.. right];
        factor.Solve(solution);
        double[] left = [.. right];
        for (var i = 0; i < left.Length; i++) left[i] -= System.Numerics.Tensors.TensorPrimitives.Dot<double>(matrix[i], solution);
        factor.Solve(left);
        for (var i = 0; i < left.Length; i++) solution[i] += left[i];
        return solution;
    }

    private static double[][] Inner(AtomDictionary dictionary)
    {
        int[] all = [.. Enumerable.Range(0, dictionary.Count)];
        var atom = new double[dictionary.Width];
        return [.. all.Select(i =>
        {
            dictionary.CopyAtom(i, atom);
            return Products(dictionary, all, atom);
        })];
    }

    /// <summary>Σ_j a_j a_j'.</summary>
    private static double[][] Outer(AtomDictionary dictionary)
    {
        double[][] sum = [.. Enumerable.Range(0, dictionary.Width).Select(_ => new double[dictionary.Width])];
        var atom = new double[dictionary.Width];
        for (var j = 0; j < dictionary.Count; j++)
        {
            dictionary.CopyAtom(j, atom);
            for (var i = 0; i < atom.Length; i++) System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(atom, atom[i], sum[i], sum[i]);
        }
        return sum;
    }

    private static double[] Products(AtomDictionary dictionary, int[] atoms, double[] vector)
    {
        var products = new double[atoms.Length];
        dictionary.Dots(atoms, vector, products);
        return products;
    }

    private SparseAnswer Answer(AtomDictionary dictionary, int[] all, double[] signal, double[] x)
    {
        var residual = new double[signal.Length];
        dictionary.Residual(signal, all, x, residual);
        var norm = AtomDictionary.Norm(residual);
        var (indices, values) = SparseAnswer.Sorted(all, x);
        return new(indices, values)
        {
            Residual = norm, Objective = norm * norm + _penalty * values.Sum(value => value * value), Lambda = _penalty, Iterations = 0, Why = StopReason.Solved,
        };
    }
}
