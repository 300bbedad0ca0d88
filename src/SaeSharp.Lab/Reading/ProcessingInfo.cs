using SaeSharp.Saes;

namespace SaeSharp.Lab.Reading;

/// <summary>What activations must have been through for an SAE, as its config or its release says.</summary>
/// <param name="FoldLayerNorm">The norms' gains and biases were folded into the weights that read them: norm hooks give the value before both.</param>
/// <param name="CenterWritingWeights">The weights that write to the residual stream were centred: it has mean 0.</param>
/// <param name="NormScalingFactor">Activations were multiplied by it while training; folded into the weights when they are loaded. Null where they were not.</param>
public sealed record ProcessingInfo(bool FoldLayerNorm, bool CenterWritingWeights, double? NormScalingFactor)
{
    internal static ProcessingInfo Of(ModelProcessing processing, double? factor = null) => new(processing.FoldLn, processing.CenterWritingWeights, factor);
}
