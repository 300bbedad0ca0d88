namespace SaeSharp.Saes.Training.Options;

/// <summary>The choice of latents of topk and its kin.</summary>
public sealed record SelectionOptions
{
    /// <summary>k of the last step where it need not be whole (BatchTopK and Matryoshka); null takes <see cref="SaeConfig.K"/>.</summary>
    public double? K { get; init => field = value is { } k ? OptionException.Positive(k) : null; }

    /// <summary>k of the first step, from which it falls (or rises) linearly to that of the SAE; null starts there.</summary>
    public double? InitialK { get; init => field = value is { } k ? OptionException.Positive(k) : null; }

    /// <summary>Steps in which k gets from <see cref="InitialK"/> to the SAE's.</summary>
    public int KSteps { get; init => field = OptionException.NotNegative(value); }

    /// <summary>TopK: the 4·k largest latents have to reconstruct as well, which counts an eighth, so that the SAE can be used with another k (multi-TopK; Gao et al. 2024, A.4).</summary>
    public bool Multi { get; init; }

    /// <summary>BatchTopK: share by which the threshold moves to the batch's smallest kept activation at each step.</summary>
    public double ThresholdRate { get; init => field = OptionException.InRange(value, 0, 1); } = 0.01;

    /// <summary>BatchTopK in dictionary_learning: the threshold is learnt from this step on.</summary>
    public int ThresholdStart { get; init => field = OptionException.NotNegative(value); }
}
