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

    /// <summary>Dead latents are given a new life every so many tokens; 0 never does.</summary>
    public long ResampleTokens { get; init => field = OptionException.NotNegative(value); }

    /// <summary>Share of the run after which none is revived any more, so that all have time to learn.</summary>
    public double ResampleUntil { get; init => field = OptionException.InRange(value, 0, 1); } = 0.8;

    /// <summary>What a revived latent points to.</summary>
    public Revival Revival { get; init; }

    /// <summary>Latents that fired in less than this share of the batches since the last revival are revived as well; 0 leaves it at dead ones.</summary>
    public double RareBelow { get; init => field = OptionException.InRange(value, 0, 1); }
}

/// <summary>What a revived latent points to.</summary>
public enum Revival
{
    /// <summary>An activation that is badly reconstructed (Anthropic's resampling).</summary>
    Resample,
    /// <summary>A random direction.</summary>
    Redraw,
}
