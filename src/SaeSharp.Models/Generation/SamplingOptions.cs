namespace SaeSharp.Models.Generation;

/// <summary>How the next token is chosen and when to stop.</summary>
public sealed record SamplingOptions
{
    /// <summary>Most tokens to generate.</summary>
    public int MaxTokens { get; init => field = OptionException.NotNegative(value); } = 64;

    /// <summary>Logits are divided by it before anything else; 0 takes the likeliest token.</summary>
    public double Temperature { get; init => field = OptionException.NotNegative(value); }

    /// <summary>Only the k likeliest tokens; 0 means all.</summary>
    public int TopK { get; init => field = OptionException.NotNegative(value); }

    /// <summary>Only the smallest set of likeliest tokens whose probability reaches this; 1 means all.</summary>
    public double TopP { get; init => field = OptionException.InRange(value, 0, 1); } = 1;

    /// <summary>The same seed gives the same text.</summary>
    public int Seed { get; init; }

    /// <summary>Goes on after an end-of-text token.</summary>
    public bool IgnoreEos { get; init; }
}
