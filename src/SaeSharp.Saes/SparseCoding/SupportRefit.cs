namespace SaeSharp.Saes.SparseCoding;

/// <summary>The best weights on supports that are given: least squares, or with weights of 0 or more.</summary>
/// <remarks>What gradient descent on the weights of an encoder's latents comes to in the end; with positive weights some of them may be 0.</remarks>
public sealed class SupportRefit(bool positive, CodePrecision precision = CodePrecision.F32)
{
    /// <summary>The weights of each signal [m, d] on its own support.</summary>
    /// <param name="dictionary">The atoms.</param>
    /// <param name="signals">[m, d].</param>
    /// <param name="supports">Distinct atoms for each signal. One that depends on others gets weight 0.</param>
    public SparseAnswer[] Refit(AtomDictionary dictionary, Numerics.Tensor signals, IReadOnlyList<int[]> supports)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var rows = SparseSolver.Rows(dictionary, signals);
        if (supports.Count != rows.Length) throw OptionException.Invalid($"There are {supports.Count} supports for {rows.Length} signals.", "Give one for each.");
        var job = new Job(dictionary, rows, supports, positive, precision, new SparseAnswer[rows.Length]);
        dictionary.Backend.Run(rows.Length, ref job);
        return job.Answers;
    }

    private readonly struct Job(AtomDictionary dictionary, double[][] signals, IReadOnlyList<int[]> supports, bool positive, CodePrecision precision, SparseAnswer[] answers) : Numerics.Threads.IJob
    {
        public SparseAnswer[] Answers => answers;

        public void Run(int part)
        {
            var set = new WorkingSet(dictionary, signals[part], 0);
            set.Add(supports[part]);
            if (positive) new ActiveSet(set, 0, true).Run();
            else LeastSquares(set);
            var (indices, values) = SparseAnswer.Sorted(set.Atoms, set.Weights);
            if (precision == CodePrecision.F32)
                for (var i = 0; i < values.Length; i++) values[i] = (float)values[i];
            var residual = new double[dictionary.Width];
            dictionary.Residual(signals[part], indices, values, residual);
            answers[part] = new(indices, values) { Residual = AtomDictionary.Norm(residual), Iterations = 0, Why = StopReason.Solved };
        }

        private static void LeastSquares(WorkingSet set)
        {
            var (factor, kept) = (new CholeskyFactor(), new List<int>());
            for (var i = 0; i < set.Count; i++)
            {
                var shared = new double[kept.Count];
                for (var j = 0; j < shared.Length; j++) shared[j] = set.Gram(i)[kept[j]];
                if (factor.TryAppend(shared, set.Gram(i)[i])) kept.Add(i);
            }
            var weights = new double[kept.Count];
            for (var i = 0; i < weights.Length; i++) weights[i] = set.Products[kept[i]];
            factor.Solve(weights);
            var left = new double[set.Count];
            for (var i = 0; i < weights.Length; i++) set.Weights[kept[i]] = weights[i];
            set.Correlations(left);                                           // refined once: A_S'(b − A_S x)
            double[] correction = [.. kept.Select(at => left[at])];
            factor.Solve(correction);
            for (var i = 0; i < weights.Length; i++) set.Weights[kept[i]] += correction[i];
        }
    }
}
