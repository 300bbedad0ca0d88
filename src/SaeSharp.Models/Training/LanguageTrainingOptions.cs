namespace SaeSharp.Models.Training;

/// <summary>How a language model learns: AdamW (arXiv:1711.05101) with warm-up, a cosine and clipping by the global norm.</summary>
public sealed record LanguageTrainingOptions
{
    /// <summary>T: steps in all; the cosine ends with the last.</summary>
    public required int Steps { get; init => field = OptionException.Positive(value); }

    /// <summary>α: largest learning rate.</summary>
    public double LearningRate { get; init => field = OptionException.Positive(value); } = 3e-3;

    /// <summary>w: steps over which the rate rises to its largest; step w is the first with all of it.</summary>
    public int Warmup { get; init => field = OptionException.NotNegative(value); } = 100;

    /// <summary>Share of the largest rate that is left at the last step.</summary>
    public double FinalShare { get; init => field = OptionException.NotNegative(value); } = 0.1;

    /// <summary>β₁: decay of the mean gradient.</summary>
    public double Beta1 { get; init => field = OptionException.NotNegative(value); } = 0.9;

    /// <summary>β₂: decay of the mean square gradient.</summary>
    public double Beta2 { get; init => field = OptionException.NotNegative(value); } = 0.98;

    /// <summary>ε: added to the root of the mean square.</summary>
    public double Epsilon { get; init => field = OptionException.Positive(value); } = 1e-8;

    /// <summary>λ: matrices other than tables of embeddings shrink by 1 − α·λ before each step (<see cref="Parameter.Decays"/>).</summary>
    public double WeightDecay { get; init => field = OptionException.NotNegative(value); } = 0.1;

    /// <summary>Largest norm of all gradients together; 0 for no limit.</summary>
    public double ClipNorm { get; init => field = OptionException.NotNegative(value); } = 1;

    /// <summary>The learning rate of step t, counted from 1.</summary>
    public double RateAt(int step)
    {
        if (step < Warmup) return LearningRate * step / Warmup;
        var done = Steps <= Warmup ? 0 : Math.Clamp((step - Warmup) / (double)(Steps - Warmup), 0, 1);
        return LearningRate * (FinalShare + (1 - FinalShare) * (1 + Math.Cos(Math.PI * done)) / 2);
    }
}
