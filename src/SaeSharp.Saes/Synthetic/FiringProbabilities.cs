namespace SaeSharp.Saes.Synthetic;

/// <summary>How often features fire: Zipf's law, and what a hierarchy asks of the draw before it takes some of them away.</summary>
internal static class FiringProbabilities
{
    /// <summary>(i + 1)^−exponent, scaled linearly so that the first is <paramref name="most"/> and the last <paramref name="least"/>.</summary>
    public static double[] Zipf(int features, double exponent, double most, double least)
    {
        double[] ranks = [.. Enumerable.Range(1, features).Select(rank => Math.Pow(rank, -exponent))];
        var (low, high) = (ranks[^1], ranks[0]);
        return [.. ranks.Select(rank => high > low ? least + (most - least) * (rank - low) / (high - low) : most)];
    }

    /// <summary>From <paramref name="most"/> to <paramref name="least"/> in even steps.</summary>
    public static double[] Linear(int features, double most, double least) =>
        [.. Enumerable.Range(0, features).Select(i => features > 1 ? most + (least - most) * i / (features - 1) : most)];

    /// <summary>What the base probabilities are multiplied by: 1 / p(parent), and among exclusive siblings 1 + Σ p(others) / p(parent) as well.</summary>
    /// <remarks>SAELens' rule, copied with its flaw: deep in a tree the rates still fall short of the base, since the rule looks at one level only.</remarks>
    public static double[] Corrections(FeatureTree tree, ReadOnlySpan<double> probabilities)
    {
        var corrections = new double[probabilities.Length];
        Array.Fill(corrections, 1);
        for (var parent = 0; parent < tree.Features; parent++)
        {
            var children = tree.Children(parent);
            var p = probabilities[parent];
            if (children.Length == 0 || p <= 0) continue;
            var total = 0.0;
            foreach (var child in children) total += probabilities[child];
            foreach (var child in children)
                corrections[child] = (tree.IsExclusive(parent) && children.Length > 1 ? 1 + Math.Max(0, total - probabilities[child]) / p : 1) / p;
        }
        return corrections;
    }
}
