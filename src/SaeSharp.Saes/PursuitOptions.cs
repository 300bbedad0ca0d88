namespace SaeSharp.Saes;

/// <summary>When matching pursuit stops taking latents for a row.</summary>
/// <param name="ResidualThreshold">It stops once the residual's length falls below this; 0 for never.</param>
/// <param name="MaxIterations">Steps at most; 0 for dIn.</param>
/// <param name="StopOnDuplicateSupport">It stops once a step brings no latent that was not there.</param>
public sealed record PursuitOptions(double ResidualThreshold = 1e-2, int MaxIterations = 0, bool StopOnDuplicateSupport = true)
{
    public double ResidualThreshold { get; } = OptionException.NotNegative(ResidualThreshold);

    public int MaxIterations { get; } = OptionException.NotNegative(MaxIterations);
}
