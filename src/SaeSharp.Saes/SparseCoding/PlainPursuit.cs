namespace SaeSharp.Saes.SparseCoding;

/// <summary>Matching pursuit: the atom of the largest |a_j · r| / ‖a_j‖ is taken off the residual, again and again; an atom may come more than once.</summary>
/// <remarks>Mallat &amp; Zhang 1993.</remarks>
public sealed class PlainPursuit(GreedyOptions options) : SparseSolver
{
    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals) =>
        SignalBatch.Solve(dictionary, signals, (atoms, signal) => new Run(atoms, signal, options));

    private sealed class Run(AtomDictionary dictionary, double[] signal, GreedyOptions options) : GreedyRun(dictionary, signal, options, null)
    {
        private readonly Dictionary<int, double> _code = [];

        protected override (int[] Indices, double[] Values) Code => ([.. _code.Keys], [.. _code.Values]);

        protected override (int, double) Choose(Span<float> cosines) => new CosineScan(this, cosines, true, Options.Positive).Best();

        protected override bool Take(int atom, double correlation)
        {
            var step = correlation / (Dictionary.Norms[atom] * Dictionary.Norms[atom]);
            _code[atom] = _code.GetValueOrDefault(atom) + step;
            TakeOff(atom, step);
            return true;
        }
    }
}
