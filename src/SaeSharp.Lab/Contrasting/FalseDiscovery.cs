namespace SaeSharp.Lab.Contrasting;

/// <summary>Share of false discoveries among all that look as good or better (Benjamini and Hochberg 1995).</summary>
internal static class FalseDiscovery
{
    /// <summary>q of each p: min over j ≥ i of p(j)·m/j, at most 1, p(1) ≤ p(2) ≤ ... being the m values.</summary>
    /// <exception cref="ArgumentException">A p is no probability.</exception>
    public static double[] Rates(ReadOnlySpan<double> p)
    {
        foreach (var value in p)
            if (!(value is >= 0 and <= 1)) throw new ArgumentException($"A p value is {value}, expected 0 to 1.", nameof(p));
        var (sorted, order, q) = (p.ToArray(), new int[p.Length], new double[p.Length]);
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);
        var least = 1.0;
        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            least = Math.Min(least, sorted[i] * sorted.Length / (i + 1));
            q[order[i]] = least;
        }
        return q;
    }
}
