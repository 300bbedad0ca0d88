namespace SaeSharp.Saes.Metrics;

/// <summary>On how many tokens each latent is not zero.</summary>
public sealed class FiringCounts
{
    private long[] _counts = [];

    /// <summary>Tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>[dSae]; empty before the first batch.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    public void Add(SparseCodes codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (_counts.Length == 0) _counts = new long[codes.DSae];
        Tokens += codes.Rows;
        for (var i = 0; i < codes.Indices.Length; i++)
            if (codes.Values[i] != 0) _counts[codes.Indices[i]]++;
    }

    /// <summary>The share of latents whose firing rate (0 to 1) is one that <paramref name="accepts"/> takes.</summary>
    internal MetricValue Share(Func<double, bool> accepts)
    {
        var accepted = 0;
        foreach (var count in _counts)
            if (accepts((double)count / Tokens)) accepted++;
        return Tokens == 0 ? new(null, "no tokens") : MetricValue.Ratio(accepted, _counts.Length, "no latents");
    }
}
