using SaeSharp.Saes.Synthetic.Scores;

namespace SaeSharp.Lab.Synthetic;

/// <summary>Train an SAE on synthetic activations whose true features are known (SynthSAEBench) and score how many of them it found, beside the published figures.</summary>
public sealed record SynthRequest
{
    /// <summary>How to train: topk, batchtopk, matryoshka, jumprelu or standard, with the published settings, or ours (see docs/synth.md).</summary>
    public string Recipe { get; init; } = "topk";
    /// <summary>The world: 16k (16,384 features in 768 dimensions, the benchmark) or small (2,048 in 128, for a quick look).</summary>
    public string Size { get; init; } = "16k";
    /// <summary>Folder with a world of your own in SAELens' layout (synthetic_model.safetensors and its JSON files), instead of --size.</summary>
    public string? World { get; init; }
    /// <summary>Training samples. The published figures are of 200,000,000.</summary>
    public long Samples { get; init; } = 2_000_000;
    /// <summary>Latents that fire in a sample: k, or what a penalty is steered to.</summary>
    public double K { get; init; } = 25;
    /// <summary>Number of latents; 0 takes a quarter of the true features.</summary>
    public int DSae { get; init; }
    /// <summary>Samples a step; left out: 1,024, or 256 with --short.</summary>
    public int? Batch { get; init; }
    /// <summary>Settings that suit a hundredth of the published samples: small batches, a high learning rate that falls to 0 in the last third, directions that start on activations, latents dead soon. The recipe ours always has them.</summary>
    public bool Short { get; init; }
    /// <summary>Learning rate; left out: 3e-4, or 3e-3 with --short.</summary>
    public double? Lr { get; init; }
    /// <summary>Fresh samples that each point of the curve is scored on.</summary>
    public int EvalSamples { get; init; } = 100_000;
    /// <summary>Points of the curve: each at half the samples of the next, the last at the end.</summary>
    public int Points { get; init; } = 4;
    /// <summary>Seed of the initial weights and of the samples.</summary>
    public int Seed { get; init; }
    /// <summary>Folder to save the SAE in; left out: it is not kept.</summary>
    public string? Out { get; init; }
}

/// <summary>What was found, and what others found.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="World">The world: its size, or its folder.</param>
/// <param name="Features">True features.</param>
/// <param name="DIn">Width of the activations.</param>
/// <param name="DSae">Number of latents.</param>
/// <param name="K">Latents asked to fire in a sample.</param>
/// <param name="Curve">Scores over the course of the training.</param>
/// <param name="SamplesPerSecond">Generation and training together, without the scoring.</param>
/// <param name="Seconds">Wall-clock time of everything.</param>
/// <param name="Published">Figures that others published for the same world at the nearest L0; none where the world is not the benchmark's.</param>
/// <param name="WeightsSha256">SHA-256 of the saved weights; null where they were not kept.</param>
public sealed record SynthResult(
    string Recipe, string World, int Features, int DIn, int DSae, double K, IReadOnlyList<SynthPoint> Curve, double SamplesPerSecond, double Seconds,
    IReadOnlyList<PublishedScore> Published, string? WeightsSha256);

/// <summary>One point of the curve: scores on fresh samples. Definitions are SAELens'.</summary>
/// <param name="Samples">Samples trained on until then.</param>
/// <param name="TrainSeconds">Seconds of generation and training until then.</param>
/// <param name="EvalSamples">Samples scored on.</param>
/// <param name="TrueL0">True features that fire in a sample, on average.</param>
/// <param name="L0">Latents that fire in a sample, on average.</param>
/// <param name="Dead">Latents that fired in none.</param>
/// <param name="F1">Mean over latents, dead ones included: F1 of its firing against that of the true feature nearest to its decoder row.</param>
/// <param name="Precision">The same of precision: share of its firings in which that feature fires.</param>
/// <param name="Recall">The same of recall: share of that feature's firings in which it fires.</param>
/// <param name="Accuracy">The same of accuracy: share of samples in which both fire or neither does.</param>
/// <param name="Mcc">Mean |cos| of decoder rows and true directions, paired one to one so that it is largest.</param>
/// <param name="Uniqueness">Different features among those nearest to the latents, over the number of latents.</param>
/// <param name="ExplainedVariance">1 − E‖x − x̂‖² / (E‖x‖² − ‖E x‖²).</param>
/// <param name="Shrinkage">Mean ‖x̂‖ / ‖x‖.</param>
public sealed record SynthPoint(
    long Samples, double TrainSeconds, long EvalSamples, double TrueL0, double L0, int Dead, double F1, double Precision, double Recall, double Accuracy, double Mcc, double Uniqueness,
    double ExplainedVariance, double Shrinkage)
{
    internal static SynthPoint Of(long samples, double seconds, SyntheticScores scores) => new(
        samples, seconds, scores.Samples, scores.TrueL0, scores.L0, scores.Dead, scores.F1, scores.Precision, scores.Recall, scores.Accuracy, scores.Mcc, scores.Uniqueness,
        scores.ExplainedVariance, scores.Shrinkage);
}
