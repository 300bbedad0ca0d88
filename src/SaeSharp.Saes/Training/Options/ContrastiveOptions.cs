namespace SaeSharp.Saes.Training.Options;

/// <summary>The contrastive loss between neighbouring tokens (arXiv:2511.05541).</summary>
public sealed record ContrastiveOptions
{
    /// <summary>α, in units of squared error; 0 leaves a Matryoshka SAE.</summary>
    public double Coefficient { get; init => field = OptionException.NotNegative(value); } = 1;

    /// <summary>Share of the latents that stand for what lasts over tokens: the first level, unless <see cref="MatryoshkaOptions.Widths"/> says otherwise.</summary>
    public double HighShare { get; init => field = OptionException.InRange(value, 0.001, 1); } = 0.2;

    /// <summary>τ by which cosines are divided.</summary>
    public double Temperature { get; init => field = OptionException.Positive(value); } = 1;
}
