namespace SaeSharp.Lab.Reading;

/// <summary>A prompt and how to continue it.</summary>
public abstract record GenerationInput : PromptInput
{
    /// <summary>Most tokens to generate.</summary>
    public int MaxTokens { get; init; } = 64;
    /// <summary>Sampling temperature; 0 takes the likeliest token.</summary>
    public double Temperature { get; init; }
    /// <summary>Sample among this many likeliest tokens; 0 among all.</summary>
    public int TopK { get; init; }
    /// <summary>Sample among the likeliest tokens that together have this probability.</summary>
    public double TopP { get; init; } = 1;
    /// <summary>Seed of the sampling.</summary>
    public int Seed { get; init; }
    /// <summary>Go on after the end-of-text token.</summary>
    public bool IgnoreEos { get; init; }
    /// <summary>A JSON file with a list of edits to apply (see docs: edits file).</summary>
    public string? Edits { get; init; }
}
