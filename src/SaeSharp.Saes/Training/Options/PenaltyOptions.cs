namespace SaeSharp.Saes.Training.Options;

/// <summary>The price of activity in the loss of architectures that have one.</summary>
public sealed record PenaltyOptions
{
    /// <summary>λ, in units of squared error.</summary>
    public double Coefficient { get; init => field = OptionException.NotNegative(value); } = 1;

    /// <summary>w: step t &lt; w has λ·t/w, so the first step pays nothing.</summary>
    public int WarmupSteps { get; init => field = OptionException.NotNegative(value); }

    /// <summary>Standard: p of the penalty ‖f ⊙ ‖W_dec‖‖_p.</summary>
    public double P { get; init => field = OptionException.Positive(value); } = 1;
}
