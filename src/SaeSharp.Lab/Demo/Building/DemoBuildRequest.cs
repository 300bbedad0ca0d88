using SaeSharp.Lab.Demo.Scoring;
using SaeSharp.Lab.Demo.Steering;
using SaeSharp.Lab.LanguageModels;

namespace SaeSharp.Lab.Demo.Building;

/// <summary>Make the demo from nothing: texts, language model, SAEs at every layer, their indexes, and with --bundle the folder that the program carries. Goes on where an earlier build of the same settings stopped.</summary>
public sealed record DemoBuildRequest
{
    /// <summary>Tokens that the language model learns from.</summary>
    public long Tokens { get; init; } = 12_000_000;
    /// <summary>Blocks.</summary>
    public int Layers { get; init; } = 6;
    /// <summary>Width.</summary>
    public int DModel { get; init; } = 128;
    /// <summary>Tokens that each SAE learns from.</summary>
    public long SaeTokens { get; init; } = 1_000_000;
    /// <summary>Features of the SAEs at every layer.</summary>
    public int DSae { get; init; } = 1024;
    /// <summary>Tokens that each index counts; 0 for no index.</summary>
    public long IndexTokens { get; init; } = 100_000;
    /// <summary>Requests of each kind and side that the check of the model asks.</summary>
    public int CheckRequests { get; init; } = 200;
    /// <summary>Tokens of the score in the end; 0 for none.</summary>
    public int ScoreTokens { get; init; } = 200_000;
    /// <summary>Requests of each side that steering is measured on in the end; 0 for none.</summary>
    public int SteerRequests { get; init; } = 200;
    /// <summary>Seed of the texts and of all first weights.</summary>
    public int Seed { get; init; }
    /// <summary>Folder to write the bundle to: model, SAEs, indexes and PROVENANCE.md.</summary>
    public string? Bundle { get; init; }
}

/// <summary>What was made.</summary>
/// <param name="Home">The workspace that holds it.</param>
/// <param name="Model">The language model.</param>
/// <param name="Check">How well it knows its world.</param>
/// <param name="Saes">Names of the SAEs.</param>
/// <param name="Score">What they found; null where that was not asked for.</param>
/// <param name="Steering">What turns its answers; null where that was not asked for.</param>
/// <param name="BundleBytes">Size of the bundle; null without one.</param>
/// <param name="Seconds">Time.</param>
public sealed record DemoBuildResult(string Home, LmTrainResult Model, DemoCheckResult Check, IReadOnlyList<string> Saes, DemoScoreResult? Score, DemoSteerResult? Steering, long? BundleBytes, double Seconds);
