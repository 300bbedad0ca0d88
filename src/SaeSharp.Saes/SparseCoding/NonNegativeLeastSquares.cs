namespace SaeSharp.Saes.SparseCoding;

/// <summary>min ½‖b − A·x‖² over x ≥ 0, exactly: an active set over working sets.</summary>
/// <remarks>Lawson &amp; Hanson 1974, with the atoms that correlate most joining the working set many at a time. Of several solutions (more atoms than dimensions) it gives one.</remarks>
public sealed class NonNegativeLeastSquares(CodePrecision precision = CodePrecision.F32) : SparseSolver
{
    private const int MostRounds = 500;

    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals) =>
        SignalBatch.Solve(dictionary, signals, (atoms, signal) => new Run(atoms, signal, precision));

    private sealed class Run(AtomDictionary dictionary, double[] signal, CodePrecision precision) : SignalRun(dictionary, signal)
    {
        private const double Nothing = 1e-12;
        private const int Most = 64;

        private readonly WorkingSet _set = new(dictionary, signal, 0);
        private int _rounds;

        public override void Step(Span<float> cosines)
        {
            var atoms = ResidualNorm <= Nothing * SignalNorm ? [] : Missing(cosines);
            if (atoms.Length == 0 || _rounds == MostRounds)
            {
                Finish(atoms.Length == 0 ? StopReason.Solved : StopReason.IterationLimit);
                return;
            }
            _rounds++;
            _set.Add(atoms);
            new ActiveSet(_set, 0, true).Run();
            UpdateResidual(_set.Atoms, _set.Weights);
        }

        /// <summary>The atoms outside the set that correlate positively, strongest first.</summary>
        private int[] Missing(ReadOnlySpan<float> cosines)
        {
            var (found, fits) = (new List<int>(), new List<float>());
            new CosineScan(this, cosines, true, true).Above(Nothing * SignalNorm, found, fits);
            int[] atoms = [.. found.Zip(fits).Where(pair => !_set.Contains(pair.First)).OrderByDescending(pair => pair.Second).Select(pair => pair.First)];
            var correlations = new double[atoms.Length];
            Dictionary.Dots(atoms, Residual, correlations);
            return [.. atoms.Where((atom, i) => correlations[i] > Nothing * SignalNorm * Dictionary.Norms[atom]).Take(Most)];
        }

        private void Finish(StopReason why)
        {
            var (indices, values) = SparseAnswer.Sorted(_set.Atoms, _set.Weights);
            if (precision == CodePrecision.F32)
                for (var i = 0; i < values.Length; i++) values[i] = (float)values[i];
            UpdateResidual(indices, values);
            Answer = new(indices, values) { Residual = ResidualNorm, Objective = ResidualNorm * ResidualNorm / 2, Iterations = _rounds, Why = why };
        }
    }
}
