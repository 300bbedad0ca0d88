namespace SaeSharp.Saes.SparseCoding;

/// <summary>The Lasso and the elastic net: coordinate descent on working sets, gap-safe screening, an exact active set where descent is slow.</summary>
/// <remarks>
/// Each round one product with all atoms, of many signals at once, gives the duality gap and the atoms that break optimality; those join the signal's working set, on which
/// the problem is solved with their Gram matrix alone. The dual point is the residual scaled until it is feasible. Massias, Gramfort &amp; Salmon 2018, arXiv:1802.07481 (working
/// sets); Ndiaye et al. 2017, arXiv:1611.05780 (screening). Departures: products with all atoms are f32 with a bound on their error, everything that is compared is f64.
/// </remarks>
public sealed class Lasso(LassoOptions options) : SparseSolver
{
    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals) =>
        SignalBatch.Solve(dictionary, signals, (atoms, signal) => new LassoRun(atoms, signal, options));
}
