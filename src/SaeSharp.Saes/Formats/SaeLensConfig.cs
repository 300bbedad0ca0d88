using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Formats;

/// <summary>Between a SAELens <c>cfg.json</c> and <see cref="SaeConfig"/>.</summary>
/// <remarks>
/// SAELens v6 keeps what the SAE was trained on under <c>metadata</c>; older files are flat and go through <see cref="SaeLensLegacy"/> first. Keys of the file that
/// say how it was trained (coefficients, initialisation) are not needed to use it and are not read.
/// </remarks>
internal static class SaeLensConfig
{
    /// <summary>The format version written; SAELens takes files without one, or below 6, for old ones.</summary>
    private const string WrittenVersion = "6.54.12";

    internal static readonly (string Name, ActivationNormalisation Value)[] Normalisations =
    [
        ("none", ActivationNormalisation.None), ("expected_average_only_in", ActivationNormalisation.ExpectedAverageOnlyIn),
        ("constant_norm_rescale", ActivationNormalisation.ConstantNormRescale), ("layer_norm", ActivationNormalisation.LayerNorm),
        ("constant_scalar_rescale", ActivationNormalisation.ConstantScalarRescale),
    ];

    /// <summary>Architectures whose k is a number of latents; training files of others hold an average that is not needed.</summary>
    private static readonly string[] WithK = ["topk", "abstopk", "groupmax", "topk_transcoder", "topk_skip_transcoder", "groupmax_transcoder", "groupmax_skip_transcoder"];

    private static readonly string[] OwnMetadata = ["sae_lens_version", "model_name", "hook_name", "hook_name_out", "hook_head_index", "context_size", "prepend_bos"];

    /// <summary>The keys of any JSON object in a file.</summary>
    public static JsonFields Fields(string path) =>
        StrictJson.Read(path) is { ValueKind: JsonValueKind.Object } json ? new(json, path, "") : throw FileException.Malformed(path, "content", "it is no JSON object");

    public static SaeConfig Read(JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object) throw FileException.Malformed(path, "content", "it is no JSON object");
        var top = new JsonFields(json, path, "");
        var isFlat = !json.TryGetProperty("metadata", out var metadata) || IsOld(metadata);
        if (isFlat) return SaeLensLegacy.Read(top);

        var fields = new JsonFields(metadata, path, "metadata.");
        var architecture = top.Text("architecture");
        var isTranscoder = architecture.EndsWith("transcoder", StringComparison.Ordinal);
        var config = new SaeConfig()
        {
            Architecture = architecture, DIn = top.Count("d_in"), DSae = top.Count("d_sae"),
            ApplyBDecToInput = top.Flag("apply_b_dec_to_input", !isTranscoder), NormalizeActivations = top.Choice("normalize_activations", Normalisations, ActivationNormalisation.None),
            ReshapeHookZ = top.Choice("reshape_activations", [("none", false), ("hook_z", true)], false),
            K = WithK.Contains(architecture) ? top.Count("k") : 0, RescaleActsByDecoderNorm = top.Flag("rescale_acts_by_decoder_norm", false),
            Pursuit = architecture == "matching_pursuit" ? Pursuit(top) : null, Coding = architecture == "sparse_coding" ? CodingKeys.Read(top) : null,
            ModelName = fields.TextOrNull("model_name"), HookName = fields.TextOrNull("hook_name"), HookNameOut = fields.TextOrNull("hook_name_out"), HookHeadIndex = fields.NumberOrNull("hook_head_index"),
            ContextSize = fields.NumberOrNull("context_size"), PrependBos = fields.Flag("prepend_bos", true),
            OtherMetadata = metadata.EnumerateObject().Where(property => !OwnMetadata.Contains(property.Name)).ToDictionary(property => property.Name, property => property.Value),
        };
        if (isTranscoder) config = config with { DOut = top.Count("d_out") };
        return architecture == "temporal" ? Temporal(config, top) : config;
    }

    public static byte[] Write(SaeConfig config)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("architecture", config.Architecture);
            json.WriteNumber("d_in", config.DIn);
            json.WriteNumber("d_sae", config.DSae);
            if (config.K > 0)
            {
                json.WriteNumber(config.Temporal is null ? "k" : "kval_topk", config.K);
                if (config.Temporal is null) json.WriteBoolean("rescale_acts_by_decoder_norm", config.RescaleActsByDecoderNorm);
            }
            if (config.IsTranscoder) json.WriteNumber("d_out", config.DOut ?? config.DIn);
            Write(json, config.Pursuit);
            CodingKeys.Write(json, config.Coding);
            Write(json, config);
            json.WriteString("dtype", "float32");
            json.WriteString("device", "cpu");
            json.WriteBoolean("apply_b_dec_to_input", config.ApplyBDecToInput);
            json.WriteString("normalize_activations", Normalisations.Single(pair => pair.Value == config.NormalizeActivations).Name);
            json.WriteString("reshape_activations", config.ReshapeHookZ ? "hook_z" : "none");
            json.WriteStartObject("metadata");
            json.WriteString("sae_lens_version", WrittenVersion);
            json.WriteString("model_name", config.ModelName);
            json.WriteString("hook_name", config.HookName);
            if (config.HookNameOut is not null) json.WriteString("hook_name_out", config.HookNameOut);
            WriteNumber(json, "hook_head_index", config.HookHeadIndex);
            WriteNumber(json, "context_size", config.ContextSize);
            json.WriteBoolean("prepend_bos", config.PrependBos);
            foreach (var (name, value) in config.OtherMetadata)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static PursuitOptions Pursuit(JsonFields top) =>
        new(top.AmountOrNull("residual_threshold") ?? 1e-2, top.NumberOrNull("max_iterations") ?? 0, top.Flag("stop_on_duplicate_support", true));

    private static SaeConfig Temporal(SaeConfig config, JsonFields top)
    {
        var isTopK = top.Choice("sae_diff_type", [("topk", true), ("relu", false)], true);
        return config with
        {
            K = isTopK ? top.NumberOrNull("kval_topk") ?? 0 : 0,
            ActivationNormalizationFactor = top.AmountOrNull("activation_normalization_factor") ?? 1,
            Temporal = new(top.NumberOrNull("n_heads") ?? 8, top.NumberOrNull("n_attn_layers") ?? 1, top.NumberOrNull("bottleneck_factor") ?? 64, top.Flag("tied_weights", true)),
        };
    }

    private static void Write(Utf8JsonWriter json, PursuitOptions? pursuit)
    {
        if (pursuit is null) return;
        json.WriteNumber("residual_threshold", pursuit.ResidualThreshold);
        WriteNumber(json, "max_iterations", pursuit.MaxIterations == 0 ? null : pursuit.MaxIterations);
        json.WriteBoolean("stop_on_duplicate_support", pursuit.StopOnDuplicateSupport);
    }

    private static void Write(Utf8JsonWriter json, SaeConfig config)
    {
        if (config.Temporal is not { } temporal) return;
        json.WriteNumber("n_heads", temporal.Heads);
        json.WriteNumber("n_attn_layers", temporal.Layers);
        json.WriteNumber("bottleneck_factor", temporal.Bottleneck);
        json.WriteString("sae_diff_type", config.K > 0 ? "topk" : "relu");
        json.WriteBoolean("tied_weights", temporal.IsTied);
        json.WriteNumber("activation_normalization_factor", config.ActivationNormalizationFactor);
    }

    private static bool IsOld(JsonElement metadata) =>
        !metadata.TryGetProperty("sae_lens_version", out var version) || version.ValueKind != JsonValueKind.String
        || !int.TryParse(version.GetString()!.Split('.')[0], out var major) || major < 6;

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
