using System.Numerics.Tensors;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes;

/// <summary>Moves scales between the tensors of an SAE without changing what it computes.</summary>
internal static class SaeFolding
{
    private const float SmallestNorm = 1e-8f; // a decoder row of zeros stays zeros

    /// <summary>W_dec[i] / ‖W_dec[i]‖, and everything a latent is proportional to times ‖W_dec[i]‖.</summary>
    public static SparseAutoencoder DecoderNorms(SparseAutoencoder sae)
    {
        if (sae.LatentTensors.Count == 0) throw SaeException.CannotFold(sae.Config.Architecture);
        var tensors = sae.Tensors.ToDictionary();
        UnitDecoder(tensors, sae.LatentTensors, tensors["W_dec"]);
        return Rebuilt(sae, sae.Config, tensors);
    }

    /// <summary>Divides every row of <paramref name="decoder"/> by its length into a new one, and multiplies by it in those tensors whose last axis is the latent.</summary>
    public static void UnitDecoder(Dictionary<string, Tensor> tensors, IReadOnlyList<string> latentTensors, Tensor decoder)
    {
        var unit = tensors["W_dec"] = decoder.Clone();
        var norms = new float[unit.RowCount];
        for (var i = 0; i < norms.Length; i++)
        {
            norms[i] = Math.Max(TensorPrimitives.Norm<float>(unit.Row<float>(i)), SmallestNorm);
            TensorPrimitives.Divide(unit.Row<float>(i), norms[i], unit.Row<float>(i));
        }
        foreach (var name in latentTensors)
        {
            var tensor = tensors[name] = tensors[name].Clone();                // [.., dSae]
            for (var row = 0; row < tensor.RowCount; row++) TensorPrimitives.Multiply(tensor.Row<float>(row), norms, tensor.Row<float>(row));
        }
    }

    /// <summary>W_enc · s, W_dec / s, b_dec / s: reading x instead of s·x. The latents stay (times 1/s where they are given times decoder norms).</summary>
    /// <remarks>
    /// W_skip stays: its input loses the factor s and its output 1/s. Where the encoder is W_decᵀ the two factors cancel, so matching pursuit only divides b_dec and the
    /// length it stops at, and sparse coding b_dec and λ. A temporal SAE has its factor in the config.
    /// </remarks>
    public static SparseAutoencoder ActivationScale(SparseAutoencoder sae, double scale)
    {
        OptionException.Positive(scale);
        if (sae.Config.Temporal is not null) return Rebuilt(sae, Scaled(sae.Config, scale), Copy(sae));
        var tensors = Copy(sae);
        var isTied = sae.Config.Pursuit is not null || sae.Config.Coding is not null;
        foreach (var (name, factor) in isTied ? [("b_dec", 1 / scale)] : new[] { ("W_enc", scale), ("W_enc_glu", scale), ("W_dec", 1 / scale), ("b_dec", 1 / scale) })
            if (tensors.TryGetValue(name, out var tensor)) sae.Backend.Scale(tensor, factor, tensor);
        var config = sae.Config with { NormalizeActivations = ActivationNormalisation.None };
        if (sae.Config.Pursuit is { } pursuit) config = config with { Pursuit = new(pursuit.ResidualThreshold / scale, pursuit.MaxIterations, pursuit.StopOnDuplicateSupport) };
        if (sae.Config.Coding is { } coding) config = config with { Coding = coding.Unscaled(scale) };
        return Rebuilt(sae, config, tensors);
    }

    private static SaeConfig Scaled(SaeConfig config, double scale) => config with
    {
        NormalizeActivations = ActivationNormalisation.ConstantScalarRescale,
        ActivationNormalizationFactor = scale * (config.NormalizeActivations == ActivationNormalisation.ConstantScalarRescale ? config.ActivationNormalizationFactor : 1),
    };

    private static SparseAutoencoder Rebuilt(SparseAutoencoder sae, SaeConfig config, Dictionary<string, Tensor> tensors) => SaeCatalog.Create(config, new("folded weights", tensors), sae.Backend);

    private static Dictionary<string, Tensor> Copy(SparseAutoencoder sae) => sae.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Clone());
}
