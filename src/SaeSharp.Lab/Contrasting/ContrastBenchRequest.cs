using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Time of a contrast in a program that is up, beside the time of what cannot be left out: reading the prompts once, and encoding.</summary>
public sealed record ContrastBenchRequest
{
    /// <summary>Model: a folder, a file, or a name in the workspace.</summary>
    public required string Model { get; init; }
    /// <summary>Prompts of set A: a file, as of sae contrast.</summary>
    public required string A { get; init; }
    /// <summary>Prompts of set B, likewise.</summary>
    public required string B { get; init; }
    /// <summary>SAEs to read with. Left out: every SAE in the workspace that was trained on this model.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>How tokens are pooled.</summary>
    public Pooling Pooling { get; init; } = Pooling.Max;
    /// <summary>Times that both are measured in turn; medians count.</summary>
    public int Repetitions { get; init => field = OptionException.Positive(value); } = 9;
}

/// <summary>What was measured.</summary>
/// <param name="Model">The model.</param>
/// <param name="Saes">SAEs.</param>
/// <param name="Features">Features of all of them.</param>
/// <param name="Prompts">Prompts of both sets.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="EncodeSeconds">The model over all prompts and every SAE's codes, and nothing else: median.</param>
/// <param name="FirstSeconds">The first contrast of this process, model and SAEs loaded: machine code is made on the way.</param>
/// <param name="Seconds">A contrast with all its statistics: median of the later ones.</param>
/// <param name="Ratio">Encode ÷ contrast: 1 where the rest costs nothing.</param>
public sealed record ContrastBenchResult(string Model, int Saes, int Features, int Prompts, long Tokens, double EncodeSeconds, double FirstSeconds, double Seconds, double Ratio);
