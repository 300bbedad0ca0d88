namespace SaeSharp.Lab.Contrasting;

/// <summary>How a feature's rank sum varies over relabellings, and how far the true labels lie out.</summary>
/// <param name="Mean">Its mean.</param>
/// <param name="Factor">1 ÷ its standard deviation; 0 where it never varies.</param>
/// <param name="Distance">|sum under the true labels − mean|.</param>
internal readonly record struct Deviations(double Mean, double Factor, double Distance)
{
    /// <summary>Sums are whole and means fractions of the number of prompts, so two that differ do so by far more.</summary>
    public const double Rounding = 1e-6;

    /// <summary>Distance in standard deviations.</summary>
    public double Observed => Distance * Factor;

    /// <summary>Those of the feature that is ranked. Exact: relabellings are draws without replacement, or turns of pairs.</summary>
    /// <param name="ranking">The feature.</param>
    /// <param name="split">The prompts.</param>
    /// <param name="scratch">Memory, [prompts], zero before and after.</param>
    public static Deviations Of(FeatureRanking ranking, PromptSplit split, Span<int> scratch)
    {
        var (sum, squares, ofA) = (0L, 0.0, 0L);
        for (var i = 0; i < ranking.Count; i++)
        {
            long weight = ranking.Weights[i];
            sum += weight;
            squares += (double)weight * weight;
            if (ranking.Prompts[i] < split.A) ofA += weight;
        }
        double n = split.Count, mean, variance;
        if (split.IsPaired)
        {
            for (var i = 0; i < ranking.Count; i++) scratch[ranking.Prompts[i]] = ranking.Weights[i];
            (mean, variance) = (sum / 2.0, 0);
            for (var pair = 0; pair < split.A; pair++)
            {
                double difference = scratch[pair] - scratch[pair + split.A];
                variance += difference * difference / 4;
            }
            foreach (var prompt in ranking.Prompts) scratch[prompt] = 0;
        }
        else (mean, variance) = (split.A * sum / n, split.A * split.B / n / (n - 1) * (squares - sum * (sum / n)));
        return new(mean, variance > Rounding ? 1 / Math.Sqrt(variance) : 0, Math.Abs(ofA - mean));
    }
}
