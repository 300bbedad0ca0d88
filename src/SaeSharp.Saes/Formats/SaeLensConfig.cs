using System.Text.Json;

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
    ];

    private static readonly string[] OwnMetadata = ["sae_lens_version", "model_name", "hook_name", "hook_head_index", "context_size", "prepend_bos"];

    public static SaeConfig Read(JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object) throw FileException.Malformed(path, "content", "it is no JSON object");
        var top = new JsonFields(json, path, "");
        var isFlat = !json.TryGetProperty("metadata", out var metadata) || IsOld(metadata);
        if (isFlat) return SaeLensLegacy.Read(top);

        var fields = new JsonFields(metadata, path, "metadata.");
        return new()
        {
            Architecture = top.Text("architecture"), DIn = top.Count("d_in"), DSae = top.Count("d_sae"),
            ApplyBDecToInput = top.Flag("apply_b_dec_to_input", true), NormalizeActivations = top.Choice("normalize_activations", Normalisations, ActivationNormalisation.None),
            ReshapeHookZ = top.Choice("reshape_activations", [("none", false), ("hook_z", true)], false),
            K = top.Has("k") ? top.Count("k") : 0, RescaleActsByDecoderNorm = top.Flag("rescale_acts_by_decoder_norm", false),
            ModelName = fields.TextOrNull("model_name"), HookName = fields.TextOrNull("hook_name"), HookHeadIndex = fields.NumberOrNull("hook_head_index"),
            ContextSize = fields.NumberOrNull("context_size"), PrependBos = fields.Flag("prepend_bos", true),
            OtherMetadata = metadata.EnumerateObject().Where(property => !OwnMetadata.Contains(property.Name)).ToDictionary(property => property.Name, property => property.Value),
        };
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
                json.WriteNumber("k", config.K);
                json.WriteBoolean("rescale_acts_by_decoder_norm", config.RescaleActsByDecoderNorm);
            }
            json.WriteString("dtype", "float32");
            json.WriteString("device", "cpu");
            json.WriteBoolean("apply_b_dec_to_input", config.ApplyBDecToInput);
            json.WriteString("normalize_activations", Normalisations.Single(pair => pair.Value == config.NormalizeActivations).Name);
            json.WriteString("reshape_activations", config.ReshapeHookZ ? "hook_z" : "none");
            json.WriteStartObject("metadata");
            json.WriteString("sae_lens_version", WrittenVersion);
            json.WriteString("model_name", config.ModelName);
            json.WriteString("hook_name", config.HookName);
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

    private static bool IsOld(JsonElement metadata) =>
        !metadata.TryGetProperty("sae_lens_version", out var version) || version.ValueKind != JsonValueKind.String
        || !int.TryParse(version.GetString()!.Split('.')[0], out var major) || major < 6;

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
