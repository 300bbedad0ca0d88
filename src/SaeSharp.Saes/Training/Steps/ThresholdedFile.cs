using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Saves an SAE that learnt one threshold for all its latents as the JumpReLU SAE that it is at inference.</summary>
internal static class ThresholdedFile
{
    /// <param name="config">What was trained.</param>
    /// <param name="tensors">W_enc, b_enc, W_dec, b_dec as trained; changed in place.</param>
    /// <param name="threshold">Of latents times decoder norms where <see cref="SaeConfig.RescaleActsByDecoderNorm"/>.</param>
    /// <param name="order">The order in which latents are saved; empty keeps theirs.</param>
    public static (SaeConfig Config, Dictionary<string, Tensor> Tensors) Of(SaeConfig config, Dictionary<string, Tensor> tensors, double threshold, ReadOnlySpan<int> order = default)
    {
        if (config.RescaleActsByDecoderNorm) DecoderNorms.Fold(tensors, config.NormParts);
        if (order.Length > 0) Sort(tensors, order);
        var thresholds = Tensor.Zeros(tensors["b_enc"].DType, config.DSae);
        for (var i = 0; i < config.DSae; i++) thresholds.Write(i, threshold);
        tensors["threshold"] = thresholds;
        var form = config.HasSkip ? "_skip_transcoder" : config.IsTranscoder ? "_transcoder" : "";
        return (config with { Architecture = $"jumprelu{form}", K = 0, RescaleActsByDecoderNorm = false }, tensors);
    }

    private static void Sort(Dictionary<string, Tensor> tensors, ReadOnlySpan<int> order)
    {
        foreach (var name in new[] { "W_enc", "b_enc", "W_dec" })
        {
            var (from, to) = (tensors[name], tensors[name].Clone());
            var (outer, inner) = name == "W_enc" ? (from.RowCount, 1) : (1, (int)(from.Count / order.Length));       // [outer, dSae, inner]
            for (var o = 0L; o < outer; o++)
                for (var f = 0; f < order.Length; f++)
                    for (var i = 0; i < inner; i++) to.Write((o * order.Length + f) * inner + i, from.Read((o * order.Length + order[f]) * inner + i));
            tensors[name] = to;
        }
    }
}
