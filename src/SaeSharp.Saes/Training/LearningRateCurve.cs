namespace SaeSharp.Saes.Training;

/// <summary>What a <see cref="LearningRateSearch"/> saw.</summary>
/// <param name="Points">One entry for each rate tried, rising.</param>
/// <param name="Lowest">The rate at the lowest smoothed loss; null where nothing was tried.</param>
/// <param name="Steepest">The rate at which the smoothed loss falls fastest for each factor of the rate.</param>
/// <param name="Suggested">A rate to train with: a fifth of the one at the lowest loss, which is the last that still helps, but none below the steepest.</param>
/// <param name="End">Why no higher rate was tried.</param>
public sealed record LearningRateCurve(IReadOnlyList<LearningRatePoint> Points, double? Lowest, double? Steepest, double? Suggested, LearningRateEnd End)
{
    private const double BelowLowest = 5;
    private const int Settled = 10; // points after which the smoothed loss is one, and over which its fall is taken

    /// <summary>Reads the curve.</summary>
    internal static LearningRateCurve Of(IReadOnlyList<LearningRatePoint> points, LearningRateEnd end)
    {
        if (points.Count == 0) return new(points, null, null, null, end);
        var lowest = points.Index().MinBy(entry => entry.Item.Smoothed).Index;
        var steepest = Enumerable.Range(Settled, Math.Max(0, lowest - 2 * Settled)).DefaultIfEmpty(Math.Max(0, lowest - Settled))
            .MinBy(i => points[Math.Min(i + Settled, lowest)].Smoothed - points[i].Smoothed); // rates are apart by one factor
        var (last, fastest) = (points[lowest].Rate, points[Math.Min(steepest + Settled / 2, lowest)].Rate);
        return new(points, last, fastest, Math.Min(last, Math.Max(last / BelowLowest, fastest)), end);
    }
}

/// <summary>One rate.</summary>
/// <param name="Rate">α.</param>
/// <param name="Loss">Loss of the batch before the step with it.</param>
/// <param name="Smoothed">Mean of the losses so far, of which older ones count less and less.</param>
public sealed record LearningRatePoint(double Rate, double Loss, double Smoothed);

/// <summary>Why no higher rate was tried.</summary>
public enum LearningRateEnd
{
    /// <summary>The highest was reached.</summary>
    Range,
    /// <summary>The loss was far above its best.</summary>
    Lost,
    /// <summary>Loss or gradients were no longer finite.</summary>
    BrokeDown,
}
