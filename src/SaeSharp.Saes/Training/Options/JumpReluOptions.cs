namespace SaeSharp.Saes.Training.Options;

/// <summary>What only a JumpReLU SAE has: its threshold θ, and the price of passing it.</summary>
/// <remarks>Rajamanoharan et al. 2024, arXiv:2407.14435v3; tanh and pre-activation terms: Anthropic, January 2025 update. Defaults are SAELens'.</remarks>
public sealed record JumpReluOptions
{
    /// <summary>What activity costs.</summary>
    public JumpReluPenalty Penalty { get; init; }

    /// <summary>Where every θ starts.</summary>
    public double InitialThreshold { get; init => field = OptionException.NotNegative(value); } = 0.01;

    /// <summary>ε: θ gets gradients from pre-activations nearer to it than ε/2.</summary>
    public double Bandwidth { get; init => field = OptionException.Positive(value); } = 0.05;

    /// <summary>c of <see cref="JumpReluPenalty.Tanh"/>.</summary>
    public double TanhScale { get; init => field = OptionException.Positive(value); } = 4;

    /// <summary>Whether pre-activations nearer to θ than ε/2 get the gradients of the jump as well; otherwise θ alone does.</summary>
    public bool StraightThroughInput { get; init; }

    /// <summary>Price of what a dead latent lacks to its threshold, times its decoder norm; 0 turns it off.</summary>
    public double PreActCoefficient { get; init => field = OptionException.NotNegative(value); }
}

/// <summary>Penalties of JumpReLU; λ and the target are those of <see cref="PenaltyOptions"/>.</summary>
public enum JumpReluPenalty
{
    /// <summary>λ · mean L0.</summary>
    Step,
    /// <summary>λ · mean Σ tanh(c · f ⊙ ‖W_dec‖).</summary>
    Tanh,
    /// <summary>
    /// λ · mean 2/T · (L0 − T)² with T = <see cref="PenaltyOptions.TargetL0"/>; with <see cref="Convention.DictionaryLearning"/> λ · (mean L0 / T − 1)².
    /// It aims at T by itself, so the controller of λ rests.
    /// </summary>
    Quadratic,
}
