using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Formats;

/// <summary>SAELens folders, v6 or older: <c>cfg.json</c> and <c>sae_weights.safetensors</c>. Strict: every tensor is used, and has the shape its architecture needs.</summary>
/// <remarks>
/// Checkpoints of BatchTopK and Matryoshka BatchTopK choose latents across a batch. They become what they are saved as in the end: JumpReLU with the threshold learnt so far
/// for every latent, decoder norms folded where latents were rescaled by them.
/// </remarks>
internal sealed class SaeLens : SaeFormat
{
    private const string ConfigFile = "cfg.json";
    private const string WeightsFile = "sae_weights.safetensors";
    private static readonly string[] BatchTopK = ["batchtopk", "matryoshka_batchtopk"];

    public override IReadOnlyList<string> Names => ["sae_lens"];

    public override bool Recognises(SaeFiles files) => files.Has(ConfigFile) && !files.Has("sae.safetensors");

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(WeightsFile)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights) => Describe(files);

    /// <summary>What it is; the weights need not be there.</summary>
    public static SaeConfig Describe(SaeFiles files)
    {
        var config = SaeLensConfig.Read(Json(files), files.In(ConfigFile));
        if (BatchTopK.Contains(config.Architecture)) return config with { Architecture = "jumprelu", RescaleActsByDecoderNorm = false };
        return SaeCatalog.Names.Contains(config.Architecture) ? config : throw SaeException.UnknownArchitecture(config.Architecture, [.. SaeCatalog.Names, .. BatchTopK]);
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var tensors = weights.Names.ToDictionary(name => name, weights.Read, StringComparer.Ordinal);
        DropUnitScaling(tensors);
        if (tensors.Remove("log_threshold", out var logarithms)) tensors["threshold"] = Map(logarithms, MathF.Exp);
        var config = SaeLensConfig.Read(Json(files), files.In(ConfigFile));
        if (BatchTopK.Contains(config.Architecture) && tensors.Remove("topk_threshold", out var threshold)) Settle(tensors, config, (float)threshold.Read(0));
        return tensors;
    }

    public static void Save(SparseAutoencoder sae, string folder, SaeLensVersion version) => AtomicFolder.Write(folder, temporary =>
    {
        AtomicFile.Write(Path.Combine(temporary, ConfigFile), version == SaeLensVersion.V5 ? SaeLensLegacy.Write(sae.Config) : SaeLensConfig.Write(sae.Config));
        SafetensorsWriter.Write(Path.Combine(temporary, WeightsFile), sae.Tensors.Select(pair => (pair.Key, pair.Value)));
    });

    private static JsonElement Json(SaeFiles files) => ConfigOverrides.Apply(StrictJson.Read(files.In(ConfigFile)), files.Origin?.Overrides);

    /// <summary>Old files carry a fine-tuning factor for each latent that is 1 everywhere unless somebody fine-tuned; only then does it mean something.</summary>
    private static void DropUnitScaling(Dictionary<string, Tensor> tensors)
    {
        if (!tensors.TryGetValue("scaling_factor", out var factors)) return;
        for (var i = 0L; i < factors.Count; i++)
            if (factors.Read(i) != 1) return; // then it stays, and is refused by name as a tensor the architecture does not have
        tensors.Remove("scaling_factor");
    }

    /// <summary>Gives every latent the threshold on pre · ‖W_dec[i]‖, or on pre where latents are not rescaled.</summary>
    private static void Settle(Dictionary<string, Tensor> tensors, SaeConfig config, float threshold)
    {
        var thresholds = Tensor.Zeros(DType.F32, config.DSae);
        thresholds.Span<float>().Fill(threshold);
        tensors["threshold"] = thresholds;
        if (!config.RescaleActsByDecoderNorm || !tensors.TryGetValue("W_dec", out var decoder)) return;
        SaeFolding.UnitDecoder(tensors, ["W_enc", "b_enc"], decoder);
    }
}
