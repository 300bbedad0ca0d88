using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training;

/// <summary>Finds a learning rate by trying them all: an SAE is trained while the rate rises from step to step by one factor, and the loss says which rates help and which harm.</summary>
/// <remarks>
/// The range test of Smith 2015, arXiv:1506.01186, with an exponential course. Losses are smoothed as an exponential mean without its bias. Where the search for the penalty, a schedule of k
/// or of p would change the loss by itself, it rests. Nothing is kept of the SAE.
/// </remarks>
public static class LearningRateSearch
{
    private const double Smoothing = 0.9, Lost = 2; // the loss is lost at twice its best

    /// <summary>Tries the rates of <paramref name="range"/> on the first batches of <paramref name="source"/>.</summary>
    public static LearningRateCurve Run(SaeConfig config, TrainingOptions options, ActivationSource source, Backend backend, LearningRateRange range, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(range);
        range.Require();
        var trainer = new SaeTrainer(config, Still(options, range, source), source, backend) { RateAt = range.At };
        var points = new List<LearningRatePoint>();
        var (sum, weight, best) = (0.0, 0.0, double.PositiveInfinity);
        var end = LearningRateEnd.Range;
        while (trainer.Step < range.Steps && end == LearningRateEnd.Range)
        {
            StepReport report;
            try
            {
                report = trainer.Advance(cancel);
            }
            catch (TrainingException)
            {
                end = LearningRateEnd.BrokeDown;
                break;
            }
            if (!double.IsFinite(report.Loss)) continue;                      // a batch that was skipped
            (sum, weight) = (Smoothing * sum + (1 - Smoothing) * report.Loss, Smoothing * weight + 1 - Smoothing);
            points.Add(new(report.LearningRate, report.Loss, sum / weight));
            best = Math.Min(best, sum / weight);
            if (sum / weight > Lost * best) end = LearningRateEnd.Lost;
        }
        return LearningRateCurve.Of(points, end);
    }

    private static TrainingOptions Still(TrainingOptions options, LearningRateRange range, ActivationSource source) => options with
    {
        Steps = range.Steps,
        CheckpointEvery = 0,
        Rate = new() { Peak = range.Highest },
        Input = options.Input with { Batches = (int)Math.Clamp(source.TokensPerEpoch / source.BatchSize, 1, options.Input.Batches > 0 ? Math.Min(options.Input.Batches, range.Steps) : range.Steps) },
        Penalty = options.Penalty with { WarmupSteps = 0, TargetL0 = null, Annealing = null },
        Selection = options.Selection with { InitialK = null, KSteps = 0 },
    };
}
