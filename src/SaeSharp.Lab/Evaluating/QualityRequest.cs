namespace SaeSharp.Lab.Evaluating;

/// <summary>The quality recipe: train on TinyStories to the letter of a published comparison and print every figure, checksums first.</summary>
public sealed record QualityRequest
{
    /// <summary>Folder that holds tinystories-656k/ and tinystories-text/.</summary>
    public required string Data { get; init; }
    /// <summary>Hook point.</summary>
    public string Hook { get; init; } = "blocks.1.hook_resid_post";
    /// <summary>Architecture.</summary>
    public string Arch { get; init; } = "topk";
    /// <summary>Number of features.</summary>
    public int DSae { get; init; } = 1024;
    /// <summary>Latents kept on a token.</summary>
    public int K { get; init; } = 32;
    /// <summary>Mean number of latents that a penalty is steered to (standard, gated, jumprelu).</summary>
    public double? TargetL0 { get; init; }
    /// <summary>Learning rate; left out: that of sae train.</summary>
    public double? Lr { get; init; }
    /// <summary>Thousands of tokens (1,024) to train on. The comparison's figures are at 1,000.</summary>
    public int Steps { get; init; } = 1000;
    /// <summary>Tokens a step.</summary>
    public int Batch { get; init; } = 256;
    /// <summary>Share of the steps in which the learning rate falls to 0.</summary>
    public double DecayShare { get; init; } = 0.8;
    /// <summary>Dead window in thousands of tokens (1,024).</summary>
    public int DeadWindow { get; init; } = 30;
    /// <summary>Weight of the auxiliary loss.</summary>
    public double AuxCoefficient { get; init; } = 1.0 / 32;
    /// <summary>Weight of the sparsity penalty, or with --target-l0 where the search for it starts.</summary>
    public double Penalty { get; init; } = 1;
    /// <summary>Seed.</summary>
    public int Seed { get; init; }
    /// <summary>Folder to save the SAE in; left out: it is not kept.</summary>
    public string? Out { get; init; }
}

/// <summary>The figures of the quality recipe, in the order in which they must agree.</summary>
public sealed record QualityResult
{
    /// <summary>Documents kept (recipe: 5124).</summary>
    public required int Documents { get; init; }
    /// <summary>Training tokens an epoch (recipe: 894,921).</summary>
    public required long TrainTokens { get; init; }
    /// <summary>Held-out tokens (recipe: 59,936).</summary>
    public required long HeldOutTokens { get; init; }
    /// <summary>Checksum of the training windows (recipe: 80461271).</summary>
    public required long TrainChecksum { get; init; }
    /// <summary>Checksum of the held-out windows (recipe: 1340505689).</summary>
    public required long HeldOutChecksum { get; init; }
    /// <summary>Mean L2 norm over the training tokens.</summary>
    public required double MeanNorm { get; init; }
    /// <summary>All figures on the held-out tokens.</summary>
    public required EvalResult Eval { get; init; }
    /// <summary>KL of zero and of mean ablation.</summary>
    public required double KlZero { get; init; }
    /// <summary>KL of mean ablation.</summary>
    public required double KlMean { get; init; }
    /// <summary>Latents that never fire on the held-out tokens.</summary>
    public required int DeadHeldOut { get; init; }
    /// <summary>Latents that never fire on the held-out tokens plus the first training tokens up to 200,000.</summary>
    public required int DeadOverall { get; init; }
    /// <summary>Mean, median and 95th percentile of each latent's largest decoder cosine with another.</summary>
    public required IReadOnlyList<double> DecoderCosine { get; init; }
    /// <summary>Seconds of harvest, training, evaluation and all together.</summary>
    public required QualitySeconds Seconds { get; init; }
    /// <summary>SHA-256 of the weights.</summary>
    public required string WeightsSha256 { get; init; }
}

/// <summary>Wall-clock seconds of the recipe's parts.</summary>
/// <param name="Read">Texts to ids and windows.</param>
/// <param name="Harvest">Forward passes and mean norm.</param>
/// <param name="Train">Training steps.</param>
/// <param name="Evaluate">Evaluation.</param>
/// <param name="Total">All together.</param>
public sealed record QualitySeconds(double Read, double Harvest, double Train, double Evaluate, double Total);
