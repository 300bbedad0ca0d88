namespace SaeSharp.Saes.Training.Options;

/// <summary>When a latent is dead, and what revives it.</summary>
public sealed record DeadOptions
{
    /// <summary>A latent is dead after more than this many tokens without firing.</summary>
    public long WindowTokens { get; init => field = OptionException.Positive(value); } = 1000 * 4096;

    /// <summary>Weight of the loss by which dead latents explain what the living ones left over (topk and its kin); 0 turns it off.</summary>
    public double AuxCoefficient { get; init => field = OptionException.NotNegative(value); } = 1;

    /// <summary>Dead latents that take part for each activation; dIn / 2 where null.</summary>
    public int? AuxK { get; init => field = value is { } k ? OptionException.Positive(k) : null; }
}
