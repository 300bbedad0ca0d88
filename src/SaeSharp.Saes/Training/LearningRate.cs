namespace SaeSharp.Saes.Training;

/// <summary>The learning rate of every step, as SAELens schedules it.</summary>
internal static class LearningRate
{
    /// <summary>Of step t, counted from 0: warm-up α(t + 1)/w, then constant or cosine, then a linear fall e·(T − t)/d from where the middle part ends.</summary>
    public static double At(int step, TrainingOptions options)
    {
        var (peak, warmup, decay, steps) = (options.LearningRate, options.WarmupSteps, options.DecaySteps, options.Steps);
        var end = options.Shape == LearningRateShape.Constant ? peak : options.FinalLearningRate ?? peak / 10;
        if (step < warmup) return peak * (step + 1) / warmup;
        if (step >= steps - decay) return end * (steps - step) / decay;
        if (options.Shape == LearningRateShape.Constant) return peak;
        return end + (peak - end) * (1 + Math.Cos(Math.PI * (step - warmup) / (steps - warmup - decay))) / 2;
    }
}
