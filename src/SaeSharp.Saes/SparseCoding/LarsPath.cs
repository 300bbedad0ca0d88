using SaeSharp.Numerics;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>The whole path of Lasso solutions from λ_max down: it is linear between knots, where an atom joins or leaves.</summary>
/// <remarks>Osborne, Presnell &amp; Turlach 2000 (homotopy); Efron et al. 2004 (LARS). In f64 throughout: knots are exact to rounding.</remarks>
public sealed class LarsPath(LarsOptions options) : SparseSolver
{
    /// <summary>The knots of each signal [m, d], from the empty code at λ_max on.</summary>
    public IReadOnlyList<IReadOnlyList<SparseAnswer>> Knots(AtomDictionary dictionary, Tensor signals)
    {
        var rows = Rows(dictionary, signals);
        var knots = new IReadOnlyList<SparseAnswer>[rows.Length];
        var job = new KnotJob(dictionary, rows, options, knots);
        dictionary.Backend.Run(rows.Length, ref job);
        return knots;
    }

    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals) =>
        Each(dictionary, signals, signal => new Homotopy(dictionary, signal, options).Knots()[^1]);

    private readonly struct KnotJob(AtomDictionary dictionary, double[][] signals, LarsOptions options, IReadOnlyList<SparseAnswer>[] knots) : Numerics.Threads.IJob
    {
        public void Run(int part) => knots[part] = new Homotopy(dictionary, signals[part], options).Knots();
    }
}
