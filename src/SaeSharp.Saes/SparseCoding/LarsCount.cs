namespace SaeSharp.Saes.SparseCoding;

/// <summary>The last knot of each signal's Lasso path that has at most as many atoms as are asked for.</summary>
public sealed class LarsCount(int count, bool positive = false, double leastRatio = 1e-3) : SparseSolver
{
    private readonly int _count = OptionException.Positive(count, nameof(count));

    private protected override SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals) =>
        Each(dictionary, signals, signal => At(new Homotopy(dictionary, signal, new() { LeastRatio = leastRatio, Positive = positive }).Knots(), _count));

    /// <summary>The last of <paramref name="knots"/> with at most <paramref name="count"/> atoms.</summary>
    public static SparseAnswer At(IReadOnlyList<SparseAnswer> knots, int count)
    {
        ArgumentNullException.ThrowIfNull(knots);
        for (var at = knots.Count - 1; at > 0; at--)
            if (knots[at].Indices.Length <= count) return knots[at];
        return knots[0];
    }
}
