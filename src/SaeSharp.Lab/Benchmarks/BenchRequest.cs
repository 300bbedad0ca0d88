namespace SaeSharp.Lab.Benchmarks;

/// <summary>Measure this machine's roofs and one of our kernels against them.</summary>
public sealed record BenchRequest
{
    /// <summary>What to measure: roofs, gemm, sae-step, lm-step, harvest, decode or store.</summary>
    public required string Subject { get; init; }
    /// <summary>Architecture (sae-step).</summary>
    public string Arch { get; init; } = "topk";
    /// <summary>Width of the activations (sae-step, store).</summary>
    public int DIn { get; init; } = 288;
    /// <summary>Number of features (sae-step).</summary>
    public int DSae { get; init; } = 4608;
    /// <summary>Width of the residual stream (lm-step).</summary>
    public int DModel { get; init => field = OptionException.Positive(value); } = 128;
    /// <summary>Blocks (lm-step).</summary>
    public int Layers { get; init => field = OptionException.Positive(value); } = 4;
    /// <summary>Attention heads (lm-step).</summary>
    public int Heads { get; init => field = OptionException.Positive(value); } = 4;
    /// <summary>Width of the MLP, 0 for three times the stream's (lm-step).</summary>
    public int DMlp { get; init => field = OptionException.NotNegative(value); }
    /// <summary>Number of token ids (lm-step).</summary>
    public int Vocab { get; init => field = OptionException.Positive(value); } = 1037;
    /// <summary>Tokens a step (sae-step, store; left out: 4096) or sequences of a batch (harvest, lm-step; left out: 16).</summary>
    public int? Batch { get; init => field = value is { } batch ? OptionException.Positive(batch) : null; }
    /// <summary>Latents kept on a token (sae-step, and of the SAEs that read back in decode).</summary>
    public int K { get; init; } = 32;
    /// <summary>Whether the encoder is screened in 8-bit integers: auto, on or off (sae-step). The result is the same.</summary>
    public string Screen { get; init; } = "auto";
    /// <summary>Steps before the first that is timed (sae-step); 8 hold the trials of screening. Latents that a penalty makes rare are so only after some hundreds.</summary>
    public int WarmUp { get; init; } = 8;
    /// <summary>Learning rate (sae-step).</summary>
    public double Lr { get; init; } = 3e-4;
    /// <summary>Latents on a token that the penalty is steered to, where there is one (sae-step); left out: λ stays 1.</summary>
    public double? L0 { get; init; }
    /// <summary>Share of latents that count as dead, so that the auxiliary loss has to revive them; timed in turn with a step without any (sae-step).</summary>
    public double Dead { get; init; }
    /// <summary>SAEs that are trained on one stream; timed in turn with one alone (sae-step).</summary>
    public int Saes { get; init => field = OptionException.Positive(value, "--saes"); } = 1;
    /// <summary>Model shape, random weights: tinystories-656k, demo, stories15m, gpt2-small or gemma-2b (harvest, decode).</summary>
    public string Shape { get; init; } = "stories15m";
    /// <summary>Tokens of a sequence (harvest, lm-step). Left out: 128 for gpt2-small and lm-step, else 256.</summary>
    public int? Context { get; init => field = value is { } context ? OptionException.Positive(context) : null; }
    /// <summary>Tokens of the prompt (decode); from 128 on its prefill is timed by itself too.</summary>
    public int Prompt { get; init => field = OptionException.Positive(value); } = 16;
    /// <summary>Adds a vector at a middle layer while decoding (decode).</summary>
    public bool Steer { get; init; }
    /// <summary>Steer only where a feature of a TopK SAE with this many latents fires, which needs its codes at every token at once; 0 for no condition (decode of one text).</summary>
    public int When { get; init => field = OptionException.NotNegative(value); }
    /// <summary>Latents of a TopK SAE that reads every layer while decoding, 48 tokens at a time; 0 for none (decode of one text).</summary>
    public int ReadBack { get; init => field = OptionException.NotNegative(value); }
    /// <summary>Texts written at once (decode).</summary>
    public int Streams { get; init => field = OptionException.Positive(value); } = 1;
    /// <summary>Folder to keep the random model in, so that it is written once (harvest, decode). Left out: a temporary one.</summary>
    public string? Folder { get; init; }
    /// <summary>Measure in this very process and nothing else: what the other form starts as a child, so that its memory and roofs are its own.</summary>
    public bool Alone { get; init; }
    /// <summary>MiB of the buffer whose read bandwidth is measured (roofs).</summary>
    public int BufferMiB { get; init => field = OptionException.Positive(value); } = 512;
}

/// <summary>What was measured.</summary>
public sealed record BenchResult
{
    /// <summary>What.</summary>
    public required string Subject { get; init; }
    /// <summary>Tokens a second; null where the subject has no tokens.</summary>
    public double? TokensPerSecond { get; init; }
    /// <summary>Seconds of one repetition; null for roofs.</summary>
    public BenchSeconds? Seconds { get; init; }
    /// <summary>Share of the roof, 0 to 1.</summary>
    public double? RoofShare { get; init; }
    /// <summary>Largest resident memory of a child process that runs the step alone, MiB.</summary>
    public double? PeakRssMiB { get; init; }
    /// <summary>Managed bytes allocated a step after warm-up.</summary>
    public double? AllocatedBytesPerStep { get; init; }
    /// <summary>FMA peak, GFLOP/s.</summary>
    public double? FmaPeakGflops { get; init; }
    /// <summary>Read bandwidth, GB/s.</summary>
    public double? ReadGBps { get; init; }
    /// <summary>From the start of the process to the first token, model opened and prompt read, seconds (decode).</summary>
    public double? FirstTokenSeconds { get; init; }
    /// <summary>Largest resident memory until then, MiB (decode).</summary>
    public double? FirstTokenRssMiB { get; init; }
    /// <summary>Weights of the model as stored, MiB (decode).</summary>
    public double? WeightMiB { get; init; }
    /// <summary>Latents that fire on a token in the last step (sae-step).</summary>
    public double? L0 { get; init; }
    /// <summary>
    /// Tokens a second of the plain form, in turn with what was measured: one text that nobody edits or reads (decode with --steer, --read-back or --streams), a step without dead latents, or as many
    /// steps of SAEs that train alone as there are, with one reading of the stream (sae-step with --dead or --saes).
    /// </summary>
    public double? PlainTokensPerSecond { get; init; }
    /// <summary>The prompt's tokens a second (decode with a prompt of 128 tokens or more).</summary>
    public double? PrefillTokensPerSecond { get; init; }
    /// <summary>The prompt's pass as a share of the FMA peak.</summary>
    public double? PrefillRoofShare { get; init; }
    /// <summary>Why a figure is null, by its JSON name.</summary>
    public IReadOnlyDictionary<string, string> Reasons { get; init; } = new Dictionary<string, string>();
}

/// <summary>Seconds of the repetitions.</summary>
/// <param name="Median">Their median.</param>
/// <param name="Min">Their smallest.</param>
public sealed record BenchSeconds(double Median, double Min);
