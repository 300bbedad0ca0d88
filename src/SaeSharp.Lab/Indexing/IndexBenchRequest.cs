using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>Time of indexing every feature of every layer, beside the time of what cannot be left out: reading the model, and encoding.</summary>
public sealed record IndexBenchRequest
{
    /// <summary>Model; left out: random weights of --shape.</summary>
    public string? Model { get; init; }
    /// <summary>SAEs of that model, with commas between them; left out: all in the workspace, or for random weights one at each layer's end.</summary>
    public OneOrMore<string> Sae { get; init; }
    /// <summary>Texts; with random weights random tokens.</summary>
    public CorpusOptions Corpus { get; init; } = new() { Context = 128 };
    /// <summary>Shape of random weights: tinystories-656k, stories15m, gpt2-small or gemma-2b.</summary>
    public string Shape { get; init; } = "tinystories-656k";
    /// <summary>Features of a random SAE.</summary>
    public int DSae { get; init => field = OptionException.Positive(value); } = 1024;
    /// <summary>Features of a random SAE that fire on a token.</summary>
    public int K { get; init => field = OptionException.Positive(value); } = 32;
    /// <summary>Tokens.</summary>
    public long Tokens { get; init => field = OptionException.Positive(value); } = 250_000;
    /// <summary>Keep every firing, too.</summary>
    public bool Postings { get; init; }
    /// <summary>Times that the three are measured in turn; medians count.</summary>
    public int Repetitions { get; init => field = OptionException.Positive(value); } = 3;
}

/// <summary>What was measured.</summary>
/// <param name="Model">The model.</param>
/// <param name="Saes">SAEs, all indexed in one pass.</param>
/// <param name="Features">Features of all of them.</param>
/// <param name="Tokens">Tokens counted.</param>
/// <param name="L0">Features that fire on a token, mean over the SAEs.</param>
/// <param name="HarvestSeconds">The model alone, read at every hook: median.</param>
/// <param name="EncodeSeconds">Encoding alone, of activations that are already in memory: median.</param>
/// <param name="IndexSeconds">The whole index, from the file of texts to the closed files: median.</param>
/// <param name="Ratio">(harvest + encode) ÷ index: 1 where the rest costs nothing.</param>
/// <param name="TokensPerSecond">Tokens ÷ seconds of the whole index.</param>
/// <param name="IndexBytes">Size of the indexes' files.</param>
/// <param name="PeakRssMiB">Largest resident memory of this process, MiB.</param>
public sealed record IndexBenchResult(string Model, int Saes, int Features, long Tokens, double L0, double HarvestSeconds, double EncodeSeconds, double IndexSeconds, double Ratio, double TokensPerSecond, long IndexBytes, double PeakRssMiB);
