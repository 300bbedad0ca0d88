using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Formats;

/// <summary>SAELens folders: <c>cfg.json</c> and <c>sae_weights.safetensors</c>. Strict: every tensor is used, and has the shape its architecture needs.</summary>
internal static class SaeLensFolder
{
    private const string ConfigFile = "cfg.json";
    private const string WeightsFile = "sae_weights.safetensors";

    /// <summary>Architectures that SAELens has and this version does not read.</summary>
    private static readonly string[] NotRead =
    [
        "abstopk", "batchtopk", "gated", "jumprelu", "jumprelu_skip_transcoder", "jumprelu_transcoder", "matching_pursuit", "matryoshka_batchtopk", "skip_transcoder", "temporal", "transcoder",
    ];

    public static SparseAutoencoder Load(string folder, Backend backend, JsonElement? overrides)
    {
        var config = Describe(folder, overrides);
        if (NotRead.Except(SaeCatalog.Names).Contains(config.Architecture)) throw SaeException.ArchitectureNotRead(folder, config.Architecture, SaeCatalog.Names);
        if (!SaeCatalog.Names.Contains(config.Architecture)) throw SaeException.UnknownArchitecture(config.Architecture, [.. SaeCatalog.Names, .. NotRead]);

        using var file = SafetensorsFile.Open(Path.Combine(folder, WeightsFile));
        var tensors = file.Names.ToDictionary(name => name, file.Read, StringComparer.Ordinal);
        DropUnitScaling(tensors);
        return SaeCatalog.Create(config, new(file.Path, tensors), backend);
    }

    public static SaeConfig Describe(string folder, JsonElement? overrides)
    {
        var path = Path.Combine(folder, ConfigFile);
        return SaeLensConfig.Read(ConfigOverrides.Apply(StrictJson.Read(path), overrides), path);
    }

    public static void Save(SparseAutoencoder sae, string folder) => AtomicFolder.Write(folder, temporary =>
    {
        AtomicFile.Write(Path.Combine(temporary, ConfigFile), SaeLensConfig.Write(sae.Config));
        SafetensorsWriter.Write(Path.Combine(temporary, WeightsFile), sae.Tensors.Select(pair => (pair.Key, pair.Value)));
    });

    /// <summary>Old files carry a fine-tuning factor for each latent that is 1 everywhere unless somebody fine-tuned; only then does it mean something.</summary>
    private static void DropUnitScaling(Dictionary<string, Tensor> tensors)
    {
        if (!tensors.TryGetValue("scaling_factor", out var factors)) return;
        for (var i = 0L; i < factors.Count; i++)
            if (factors.Read(i) != 1) return; // then it stays, and is refused by name as a tensor the architecture does not have
        tensors.Remove("scaling_factor");
    }
}
