namespace SaeSharp.Saes.SparseCoding;

/// <summary>Orthogonal matching pursuit: the atom of the largest |a_j · r| joins, then all weights are fitted again by least squares.</summary>
/// <remarks>
/// Batch form (Rubinstein, Zibulevsky &amp; Elad 2008): one matrix product a step gives the correlations of all signals, the Gram matrix of the chosen atoms grows with its Cholesky
/// factor. With positive weights the largest a_j · r / ‖a_j‖ joins and NNLS fits (Bruckstein, Elad &amp; Zibulevsky 2008); an atom it sets to 0 stays chosen.
/// </remarks>
public sealed class OrthogonalPursuit(GreedyOptions options) : SparseSolver
{
    /// <summary>The codes after each step, for signals [m, d].</summary>
    public IReadOnlyList<IReadOnlyList<SparseAnswer>> Path(AtomDictionary dictionary, Numerics.Tensor signals)
    {
        var paths = new List<List<SparseAnswer>>();
        Solve(dictionary, Rows(dictionary, signals), () =>
        {
            paths.Add([]);
            return paths[^1];
        });
        return paths;
    }

    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals) => Solve(dictionary, signals, () => null);

    private SparseAnswer[] Solve(AtomDictionary dictionary, double[][] signals, Func<List<SparseAnswer>?> path)
    {
        options.Require(dictionary);
        return SignalBatch.Solve(dictionary, signals, (atoms, signal) => options.Positive
            ? new PositivePursuitRun(atoms, signal, options, path())
            : new OrthogonalPursuitRun(atoms, signal, options, path()));
    }
}
