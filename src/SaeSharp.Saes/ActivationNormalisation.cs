namespace SaeSharp.Saes;

/// <summary>What an SAE does to each activation before encoding; decoding undoes it.</summary>
public enum ActivationNormalisation
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Training multiplied by √dIn / mean ‖x‖ and the factor is not yet folded into the weights; at run time nothing is done, as in SAELens.</summary>
    ExpectedAverageOnlyIn,
    /// <summary>x · √dIn / ‖x‖.</summary>
    ConstantNormRescale,
    /// <summary>(x − mean) / (σ + 1e-5) with Bessel's correction in σ.</summary>
    LayerNorm,
    /// <summary>x · <see cref="SaeConfig.ActivationNormalizationFactor"/>.</summary>
    ConstantScalarRescale,
}
