using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Tests.Formats;

/// <summary>Files in the layouts of other publishers, with what SAELens' loaders, or the library that wrote them, make of an input.</summary>
public class ForeignGoldens
{
    private const string Root = "golden/saes/formats/foreign";

    /// <summary>Folders whose manifest names no loader: where the SAE lies in them.</summary>
    private static readonly Dictionary<string, string> Places = new() { ["openai_topk"] = "7.pt", ["openmoss_v2_jumprelu"] = "" };

    public static TheoryData<string> Folders =>
    [
        "connor_rob_hook_z", "deepseek_r1", "dl_batch_topk", "dl_gated", "dl_jumprelu", "dl_matryoshka", "dl_standard", "dl_topk", "gemma_2_att_hook_z", "gemma_2_embedding",
        "gemma_2_res", "gemma_2_transcoder", "gemma_3_clt", "gemma_3_resid_post", "gemma_3_resid_post_no_config", "gemma_3_transcoder_affine", "goodfire", "llama_scope",
        "llama_scope_r1_distill", "mntss_clt_layer_transcoder", "mwhanna_transcoder", "openai_topk", "openmoss_v2_jumprelu", "qwen_scope", "sparsify_groupmax",
        "sparsify_multi_topk", "sparsify_topk", "sparsify_transcoder_skip", "temporal",
    ];

    [Theory, MemberData(nameof(Folders))]
    public void Latents_and_reconstructions_are_those_of_the_reference(string name)
    {
        var sae = Load(name, withFormat: true);
        using var io = Golden.Tensors($"{Root}/{name}/io.safetensors");
        var prefix = io.Contains("latents") ? "" : "native.";
        var x = io.Read("x");
        Close.Latents(io.Read($"{prefix}latents"), sae.Encode(x));
        Close.Require(io.Read($"{prefix}recon"), SumOfTargets(sae.Reconstruct(x), sae.Config), "recon");
    }

    [Theory, MemberData(nameof(Folders))]
    public void The_config_says_what_SAELens_finds(string name)
    {
        var config = Load(name, withFormat: true).Config;
        var path = Golden.Require($"{Root}/{name}/converted/cfg.json");
        if (!File.Exists(path)) return;
        var expected = SaeFolder.Describe(Path.GetDirectoryName(path)!);

        Assert.Equal((expected.Architecture, expected.DIn, expected.DSae, expected.K), (config.Architecture, config.DIn, config.DSae, config.K));
        Assert.Equal((expected.ApplyBDecToInput, expected.ReshapeHookZ, expected.NormalizeActivations), (config.ApplyBDecToInput, config.ReshapeHookZ, config.NormalizeActivations));
        Assert.Equal((expected.HookName, expected.HooksOut[0]), (config.HookName, config.HooksOut[0]));
        Assert.Equal((expected.Temporal, expected.ActivationNormalizationFactor), (config.Temporal, config.ActivationNormalizationFactor));
    }

    [Theory, MemberData(nameof(Folders))]
    public void The_layout_is_found_without_being_named(string name) =>
        Assert.Equal(Load(name, withFormat: true).Config.Architecture, Load(name, withFormat: false).Config.Architecture);

    [Theory, MemberData(nameof(Folders))]
    public void What_was_read_is_the_same_after_saving_as_SAELens_does(string name)
    {
        using var folder = new TemporaryFolder();
        var sae = Load(name, withFormat: true);
        SaeFolder.Save(sae, folder["sae"]);
        var again = SaeFolder.Load(folder["sae"], sae.Backend);

        Assert.Equal(sae.Config with { OtherMetadata = again.Config.OtherMetadata }, again.Config);
        foreach (var (tensorName, tensor) in sae.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), again.Tensors[tensorName].Span<float>().ToArray());
    }

    private static SparseAutoencoder Load(string name, bool withFormat)
    {
        var folder = Golden.Require($"{Root}/{name}");
        var entry = Golden.Json("golden/saes/formats/manifest.json").GetProperty("foreign").GetProperty(name);
        if (!entry.TryGetProperty("loader", out var loader)) return SaeFolder.Load(Path.Combine(folder, Places[name]), Reference.Instance);
        var path = entry.GetProperty("folder_name").GetString()!;
        var origin = new SaeOrigin(entry.GetProperty("repo_id").GetString()!, path) { Format = withFormat ? loader.GetString() : null, Overrides = Overrides(entry) };
        return SaeFolder.Load(Path.Combine(folder, path), Reference.Instance, origin);
    }

    private static JsonElement? Overrides(JsonElement entry) => entry.GetProperty("cfg_overrides") is { ValueKind: JsonValueKind.Object } overrides && overrides.EnumerateObject().Any() ? overrides : null;

    /// <summary>SAELens adds up what a cross-layer transcoder writes to each of its targets.</summary>
    private static Tensor SumOfTargets(Tensor y, SaeConfig config)
    {
        if (config.HooksOut.Count < 2) return y;
        var width = y.Columns / config.HooksOut.Count;
        var sum = Tensor.Zeros(DType.F32, y.RowCount, width);
        for (var row = 0; row < y.RowCount; row++)
            for (var i = 0; i < y.Columns; i++) sum.Row<float>(row)[i % width] += y.Row<float>(row)[i];
        return sum;
    }
}
