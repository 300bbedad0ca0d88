namespace SaeSharp.Saes.Synthetic.Scores;

/// <summary>How well each latent's firing tells whether its nearest true feature fires.</summary>
/// <remarks>
/// Precision, recall and F1 are means over all latents, dead ones included; where one is undefined it counts as 0. A latent fires when it is not 0.
/// Counts come from those that fire alone: what does not fire follows by subtraction.
/// </remarks>
public sealed class FiringClassification
{
    private readonly int[] _best;
    private readonly long[] _fired, _both, _active;
    private readonly bool[] _isActive;

    /// <param name="best">The feature that each latent is compared with, as in <see cref="DirectionMatch.Best"/>.</param>
    /// <param name="features">Number of true features.</param>
    public FiringClassification(int[] best, int features)
    {
        ArgumentNullException.ThrowIfNull(best);
        (_best, _fired, _both, _active, _isActive) = (best, new long[best.Length], new long[best.Length], new long[features], new bool[features]);
    }

    public long Samples { get; private set; }

    public double Precision => Mean((truePositive, fired, _) => Ratio(truePositive, fired));

    public double Recall => Mean((truePositive, _, active) => Ratio(truePositive, active));

    /// <summary>2·TP / (fired + active), which is 2PR / (P + R).</summary>
    public double F1 => Mean((truePositive, fired, active) => Ratio(2 * truePositive, fired + active));

    public double Accuracy => Mean((truePositive, fired, active) => Ratio(Samples - fired - active + 2 * truePositive, Samples));

    /// <summary>TP, FP, FN, TN of one latent.</summary>
    public (long TruePositive, long FalsePositive, long FalseNegative, long TrueNegative) Of(int latent)
    {
        var (both, fired, active) = (_both[latent], _fired[latent], _active[_best[latent]]);
        return (both, fired - both, active - both, Samples - fired - active + both);
    }

    /// <summary>Takes in the same samples as codes of latents and as codes of true features.</summary>
    public void Add(SparseCodes latents, SparseCodes features)
    {
        ArgumentNullException.ThrowIfNull(latents);
        ArgumentNullException.ThrowIfNull(features);
        if (latents.Rows != features.Rows || latents.DSae != _best.Length || features.DSae != _active.Length)
            throw new ArgumentException($"{latents.Rows} samples of {latents.DSae} latents and {features.Rows} of {features.DSae} features, expected {_best.Length} latents and {_active.Length} features of the same samples.", nameof(features));
        for (var row = 0; row < latents.Rows; row++)
        {
            foreach (var feature in features.RowIndices(row))
            {
                _active[feature]++;
                _isActive[feature] = true;
            }
            foreach (var latent in latents.RowIndices(row))
            {
                _fired[latent]++;
                if (_isActive[_best[latent]]) _both[latent]++;
            }
            foreach (var feature in features.RowIndices(row)) _isActive[feature] = false;
        }
        Samples += latents.Rows;
    }

    private double Mean(Func<long, long, long, double> of)
    {
        var sum = 0.0;
        for (var latent = 0; latent < _best.Length; latent++) sum += of(_both[latent], _fired[latent], _active[_best[latent]]);
        return Ratio(sum, _best.Length);
    }

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;
}
