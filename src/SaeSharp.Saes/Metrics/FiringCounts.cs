namespace SaeSharp.Saes.Metrics;

/// <summary>On how many tokens, and in how many texts, each latent is not zero.</summary>
public sealed class FiringCounts
{
    private const double Floor = 1e-10; // SAELens' sparsity files: log10 of a latent that never fires is −10
    private long[] _counts = [], _texts = [];
    private int[] _lastText = [];
    private int _text;

    /// <summary>Tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens on which each latent fires, [dSae]; empty before the first batch.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Share of the tokens on which a latent fires: SAELens' <c>feature_density</c>.</summary>
    public double Density(int latent) => (double)_counts[latent] / Tokens;

    /// <summary>log10(density + 1e-10): what <c>sparsity.safetensors</c> holds.</summary>
    public double Log10Density(int latent) => Math.Log10(Density(latent) + Floor);

    /// <summary>On how many tokens of a text a latent fires, in the mean over the texts in which it fires at all; null where it never fires. SAELens' <c>consistent_activation_heuristic</c> (NaN there).</summary>
    public double? FiringsInAText(int latent) => _texts[latent] > 0 ? (double)_counts[latent] / _texts[latent] : null;

    public void Add(MetricBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Add(batch.Codes, batch.TextStarts);
    }

    /// <summary>Takes in more tokens.</summary>
    /// <param name="codes">Their codes.</param>
    /// <param name="textStarts">Rows at which a text begins, ascending from 0.</param>
    public void Add(SparseCodes codes, ReadOnlySpan<int> textStarts)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (_counts.Length == 0) (_counts, _texts, _lastText) = (new long[codes.DSae], new long[codes.DSae], new int[codes.DSae]);
        Tokens += codes.Rows;
        for (var (row, next) = (0, 0); row < codes.Rows; row++)
        {
            for (; next < textStarts.Length && textStarts[next] == row; next++) _text++;
            Count(codes.RowIndices(row), codes.RowValues(row));
        }
    }

    /// <summary>The share of latents whose firing rate (0 to 1) is one that <paramref name="accepts"/> takes.</summary>
    internal MetricValue Share(Func<double, bool> accepts)
    {
        var accepted = 0;
        foreach (var count in _counts)
            if (accepts((double)count / Tokens)) accepted++;
        return Tokens == 0 ? new(null, "no tokens") : MetricValue.Ratio(accepted, _counts.Length, "no latents");
    }

    private void Count(ReadOnlySpan<int> latents, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < latents.Length; i++)
        {
            if (values[i] == 0) continue;
            var latent = latents[i];
            _counts[latent]++;
            if (_lastText[latent] == _text) continue;
            _lastText[latent] = _text;
            _texts[latent]++;
        }
    }
}
