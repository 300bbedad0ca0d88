using SaeSharp.Numerics;

namespace SaeSharp.Saes;

/// <summary>Moves scales between the tensors of an SAE without changing what it computes.</summary>
internal static class SaeFolding
{
    private const float SmallestNorm = 1e-8f; // a decoder row of zeros stays zeros

    /// <summary>W_dec[i] / ‖W_dec[i]‖, and everything a latent is proportional to times ‖W_dec[i]‖.</summary>
    public static SparseAutoencoder DecoderNorms(SparseAutoencoder sae)
    {
        if (sae.Config is { K: > 0, RescaleActsByDecoderNorm: false }) throw SaeException.CannotFoldTopK();
        var tensors = Copy(sae);
        var norms = sae.DecoderNorms.Span<float>();
        foreach (var name in sae.LatentTensors)
        {
            var tensor = tensors[name];                                       // [.., dSae]
            for (var row = 0; row < tensor.RowCount; row++)
            {
                var values = tensor.Row<float>(row);
                for (var i = 0; i < values.Length; i++) values[i] *= Math.Max(norms[i], SmallestNorm);
            }
        }
        for (var i = 0; i < sae.DSae; i++)
            foreach (ref var value in tensors["W_dec"].Row<float>(i)) value /= Math.Max(norms[i], SmallestNorm);
        return SaeCatalog.Create(sae.Config, new("folded weights", tensors), sae.Backend);
    }

    /// <summary>W_enc · s, W_dec / s, b_dec / s: reading x instead of s·x. The latents stay (times 1/s where they are given times decoder norms).</summary>
    public static SparseAutoencoder ActivationScale(SparseAutoencoder sae, double scale)
    {
        OptionException.Positive(scale);
        var tensors = Copy(sae);
        foreach (var (name, factor) in new[] { ("W_enc", scale), ("W_dec", 1 / scale), ("b_dec", 1 / scale) })
            sae.Backend.Scale(tensors[name], factor, tensors[name]);
        return SaeCatalog.Create(sae.Config with { NormalizeActivations = ActivationNormalisation.None }, new("folded weights", tensors), sae.Backend);
    }

    private static Dictionary<string, Tensor> Copy(SparseAutoencoder sae) => sae.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Clone());
}
