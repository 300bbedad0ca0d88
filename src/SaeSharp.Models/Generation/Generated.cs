namespace SaeSharp.Models.Generation;

/// <summary>Why a generation ended.</summary>
public enum StopReason
{
    /// <summary><see cref="SamplingOptions.MaxTokens"/> were generated.</summary>
    MaxTokens,
    /// <summary>The model ended its text; the end-of-text token is the last id.</summary>
    EndOfText,
    /// <summary>No position is left in the model's context.</summary>
    ContextFull,
}

/// <summary>What a model wrote.</summary>
/// <param name="Ids">The new tokens, without the prompt.</param>
/// <param name="StopReason">Why it ended.</param>
public sealed record Generated(int[] Ids, StopReason StopReason);
