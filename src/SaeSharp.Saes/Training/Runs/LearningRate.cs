using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Runs;

/// <summary>The learning rate of every step.</summary>
internal static class LearningRate
{
    /// <summary>Of step t, counted from 0: warm-up, then the middle part, then a linear fall e·(T − t)/d from where the middle part ends.</summary>
    public static double At(int step, TrainingOptions options)
    {
        var rate = options.Rate;
        var (peak, warmup, decay, steps) = (rate.Peak, rate.WarmupSteps, rate.DecaySteps, options.Steps);
        var end = rate.Shape == RateShape.Constant ? peak : rate.Final ?? peak / 10;
        if (step < warmup) return peak * (options.Convention == Convention.SaeLens ? step + 1 : step) / warmup;
        if (step >= steps - decay) return end * (steps - step) / decay;
        var (done, middle) = (step - warmup, steps - warmup - decay);
        return rate.Shape switch
        {
            RateShape.Cosine => Cosine(peak, end, (double)done / middle),
            RateShape.CosineRestarts => Cosine(peak, end, Restarted(done, middle / rate.Cycles)),
            RateShape.Linear => peak + (end - peak) * done / middle,
            _ => peak,
        };
    }

    private static double Restarted(int done, int cycle) => cycle == 0 ? 0 : (double)(done % cycle) / cycle;

    private static double Cosine(double peak, double end, double part) => end + (peak - end) * (1 + Math.Cos(Math.PI * part)) / 2;
}
