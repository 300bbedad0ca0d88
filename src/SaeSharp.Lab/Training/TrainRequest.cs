using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Stores;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Training;

/// <summary>Train SAEs, all on one stream of activations: one at each hook point, and of every combination where a setting is given several values (--k 16,32 --d-sae 1024,4096).</summary>
public sealed record TrainRequest
{
    /// <summary>Model: a folder with config.json and weights, a GGUF or llama2.c file, a name in the workspace, or a name on the hub that was fetched (sae pull).</summary>
    public required string Model { get; init; }
    /// <summary>Hook points to train at, e.g. blocks.1.hook_resid_post.</summary>
    public required IReadOnlyList<string> Hooks { get; init; }
    /// <summary>Train transcoders: hook points that are reconstructed from those of --hook, one for each, e.g. blocks.1.hook_mlp_out from blocks.1.ln2.hook_normalized.</summary>
    public OneOrMore<string> HookOut { get; init; }
    /// <summary>Transcoder with a linear path from its input straight to its output.</summary>
    public bool Skip { get; init; }
    /// <summary>One SAE over all hook points together, whose features read and write each of them, instead of one at each.</summary>
    public bool Crosscoder { get; init; }
    /// <summary>One transcoder over all layers together (CLT): the features of each --hook write its --hook-out and those of all layers behind it. --d-sae is of each layer, --k of all together.</summary>
    public bool CrossLayer { get; init; }
    /// <summary>What is trained for: mse, the reconstruction's squared error; or end to end through the model, ce, its next-token loss with the reconstruction in place, or kl, the divergence from its output without (topk and its kin at the residual stream of a small model).</summary>
    public TrainedLoss Loss { get; init; }
    /// <summary>The texts and their windows.</summary>
    public required CorpusOptions Corpus { get; init; }
    /// <summary>An activation store to train on instead of texts: a folder that sae activations --out made with this model. The model does not run.</summary>
    public string? Activations { get; init; }
    /// <summary>Architecture, e.g. topk, batchtopk, matryoshka_batchtopk, jumprelu, gated, standard; one or several.</summary>
    public OneOrMore<string> Arch { get; init; } = "topk";
    /// <summary>Number of features; 0 takes 8 times the width of the activations; one or several.</summary>
    public OneOrMore<int> DSae { get; init; } = 0;
    /// <summary>Latents kept on a token (topk and its kin; with batchtopk the mean, which may be a fraction); one or several.</summary>
    public OneOrMore<double> K { get; init; } = 32;
    /// <summary>Mean number of latents on a token that a penalty is steered to (standard, gated, jumprelu); one or several; left out: --penalty stays as it is.</summary>
    public OneOrMore<double> TargetL0 { get; init; }
    /// <summary>Weight of the sparsity penalty (standard, gated, jumprelu), or with --target-l0 where the search for it starts; one or several.</summary>
    public OneOrMore<double> Penalty { get; init; } = 1;
    /// <summary>Steps in which the penalty rises from 0; left out: a tenth of them.</summary>
    public int? PenaltyWarmup { get; init; }
    /// <summary>Training tokens in all; 0 for one pass over the corpus. The corpus is gone through again where it has fewer.</summary>
    public long Tokens { get; init; }
    /// <summary>Tokens a step; 0 for as many as give some 4,000 steps, from 256 to 4,096.</summary>
    public int Batch { get; init; }
    /// <summary>Learning rate; one or several; left out: one that suits the optimiser, the batch and the number of features.</summary>
    public OneOrMore<double> Lr { get; init; }
    /// <summary>Course of the learning rate between warm-up and decay.</summary>
    public RateShape LrShape { get; init; }
    /// <summary>Steps in which the learning rate rises from 0; left out: a twentieth of them.</summary>
    public int? Warmup { get; init; }
    /// <summary>Last steps in which the learning rate falls to 0; left out: four fifths of the steps.</summary>
    public int? Decay { get; init; }
    /// <summary>Optimiser.</summary>
    public OptimiserKind Optimiser { get; init; }
    /// <summary>AdamW's decay of the weights.</summary>
    public double WeightDecay { get; init; }
    /// <summary>What is asked of decoder rows: unit-norm keeps their length at 1, none leaves it free and lets it count in the choice of latents or in the penalty; left out: unit-norm for topk and its kin, none elsewhere.</summary>
    public DecoderConstraint? Decoder { get; init; }
    /// <summary>Initial directions: random, or data (activations of the first batch).</summary>
    public DirectionInit Directions { get; init; }
    /// <summary>Where b_dec starts: at zero, at the mean or at the geometric median of the first batch.</summary>
    public BiasInit Bias { get; init; } = BiasInit.GeometricMedian;
    /// <summary>A latent is dead when it did not fire for this many steps; left out: --dead-tokens counts.</summary>
    public int? DeadWindow { get; init; }
    /// <summary>The same in tokens; both left out: 480 times as many as a latent waits on average, d-sae ÷ k.</summary>
    public long? DeadTokens { get; init; }
    /// <summary>Dead latents that the auxiliary loss revives at a time; left out: half of dIn.</summary>
    public int? AuxK { get; init; }
    /// <summary>Weight of the auxiliary loss.</summary>
    public double AuxCoefficient { get; init; } = 1.0 / 32;
    /// <summary>k of the first step, from which it comes to --k (topk and its kin); left out: --k.</summary>
    public double? InitialK { get; init; }
    /// <summary>Steps in which k comes from --initial-k to --k.</summary>
    public int KSteps { get; init; }
    /// <summary>Matryoshka: latents of each level together with those below it, e.g. 64,256; left out: 1/32, 1/8 and 1/2 of all.</summary>
    public OneOrMore<int> Widths { get; init; }
    /// <summary>Matryoshka: an inner error trains only the latents that its level adds.</summary>
    public bool Detached { get; init; }
    /// <summary>Matryoshka: levels are made of the latents in the order of how often they fire.</summary>
    public bool SortByFrequency { get; init; }
    /// <summary>Contrastive: how many tokens behind a token stands the one that its high-level latents should agree with. The next one shares words with it as well as what the text is about; one further on only that.</summary>
    public int Neighbour { get; init; } = 1;
    /// <summary>Contrastive: weight of the agreement, in units of squared error; 0 leaves a Matryoshka SAE.</summary>
    public double Agreement { get; init; } = 1;
    /// <summary>Contrastive: what cosines are divided by; the smaller, the more a neighbour has to stand out from other tokens.</summary>
    public double Temperature { get; init; } = 1;
    /// <summary>Contrastive: share of the latents that are high-level, where --widths does not say.</summary>
    public double HighShare { get; init; } = 0.2;
    /// <summary>JumpReLU: what activity costs.</summary>
    public JumpReluPenalty JumpPenalty { get; init; }
    /// <summary>JumpReLU: where thresholds start.</summary>
    public double Threshold { get; init; } = 0.01;
    /// <summary>JumpReLU: width of the window around a threshold that moves it.</summary>
    public double Bandwidth { get; init; } = 0.05;
    /// <summary>Scale of the activations: expected-average brings their mean norm to √dIn, mean-square their mean square norm to 1, whitening their covariance to the identity, constant-scalar multiplies by --normalise-factor (all are folded into the weights when saved); constant-norm brings each to the norm √dIn, layer-norm each to mean 0 and deviation 1 (the saved SAE goes on doing that); or none.</summary>
    public string Normalise { get; init; } = "expected-average";
    /// <summary>Factor of --normalise constant-scalar.</summary>
    public double NormaliseFactor { get; init; } = 1;
    /// <summary>Largest norm of all gradients together; 0 for no limit.</summary>
    public double ClipNorm { get; init; } = 1;
    /// <summary>Whose habits are followed in what no setting says: sae-lens, dictionary-learning or sparsify.</summary>
    public Convention Convention { get; init; }
    /// <summary>Seed of the initial weights and of the shuffle; one or several.</summary>
    public OneOrMore<int> Seed { get; init; } = 0;
    /// <summary>Memory of the shuffle buffer in MiB for each hook. Where it holds the whole corpus, each pass is a fresh permutation of all of it; otherwise half of it is refilled at a time, and each batch draws on one and a half times what it holds.</summary>
    public int BufferMiB { get; init; } = 512;
    /// <summary>How the shuffle buffer keeps activations: f32, or bf16, with twice as many tokens in the same memory.</summary>
    public StoreType BufferDtype { get; init; } = StoreType.F32;
    /// <summary>With several seeds: memory in MiB in which the activations of all hooks are kept, so that the model runs over the corpus once. Where they do not fit, it runs once for each seed; the result is the same.</summary>
    public int CacheMiB { get; init; } = 1024;
    /// <summary>Batches with numbers that are not finite are skipped and counted; one more than this many stops the run.</summary>
    public int MaxBadBatches { get; init; } = 10;
    /// <summary>Name of the SAE in the workspace (with several: of their common folder), or a folder; left out: model, hook and architecture.</summary>
    public string? Out { get; init; }
    /// <summary>Steps between two checkpoints; 0 writes one only when interrupted.</summary>
    public int CheckpointEvery { get; init; } = 200;
    /// <summary>Go on from the last checkpoint of the same run where there is one; the result equals an uninterrupted run's bit for bit.</summary>
    public bool Resume { get; init; }
}

/// <summary>What was trained.</summary>
/// <param name="Saes">One entry each.</param>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="TokensPerSecond">Training tokens a second, harvest included.</param>
public sealed record TrainResult(IReadOnlyList<TrainedSae> Saes, double Seconds, double TokensPerSecond);

/// <summary>One trained SAE.</summary>
/// <param name="Name">Its name in the workspace.</param>
/// <param name="Path">Its folder, in SAELens' format.</param>
/// <param name="Hook">Its hook point.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Tokens">Tokens seen.</param>
/// <param name="Loss">Mean loss of the last steps.</param>
/// <param name="Fvu">FVU over the last training batches (not held out: see sae eval).</param>
/// <param name="L0">Mean number of latents on a token of the last batches.</param>
/// <param name="Dead">Latents that did not fire within the dead window.</param>
/// <param name="WeightsSha256">SHA-256 of the weights file.</param>
public sealed record TrainedSae(string Name, string Path, string Hook, long Steps, long Tokens, double Loss, double Fvu, double L0, int Dead, string WeightsSha256);
