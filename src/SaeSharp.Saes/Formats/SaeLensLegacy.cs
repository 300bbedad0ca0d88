using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SaeSharp.Saes.Formats;

/// <summary>Flat <c>cfg.json</c> files of SAELens before 6, read as SAELens 6 upgrades them (<c>handle_pre_6_0_config</c>).</summary>
internal static class SaeLensLegacy
{
    private static readonly string[] Architectures = ["standard", "gated", "jumprelu", "topk"];
    private static readonly string[] KeptMetadata = ["dataset_path", "neuronpedia_id", "sae_lens_training_version", "model_from_pretrained_kwargs", "seqpos_slice"];

    public static SaeConfig Read(JsonFields fields)
    {
        var hook = fields.TextOrNull("hook_name") ?? fields.TextOrNull("hook_point");
        var isTopK = fields.TextOrNull("activation_fn_str") == "topk" || fields.TextOrNull("activation_fn") == "topk";
        return new()
        {
            Architecture = isTopK ? "topk" : fields.TextOrNull("architecture") ?? "standard",
            DIn = fields.Count("d_in"), DSae = fields.Count("d_sae"),
            K = isTopK ? fields.Part("activation_fn_kwargs").Count("k") : 0,
            ApplyBDecToInput = fields.Flag("apply_b_dec_to_input", true),
            NormalizeActivations = Normalisation(fields),
            ReshapeHookZ = hook?.Contains("hook_z", StringComparison.Ordinal) ?? false,
            ModelName = fields.TextOrNull("model_name"), HookName = hook,
            HookHeadIndex = fields.NumberOrNull("hook_head_index") ?? fields.NumberOrNull("hook_point_head_index"),
            ContextSize = fields.NumberOrNull("context_size"), PrependBos = fields.Flag("prepend_bos", true),
            OtherMetadata = fields.Kept(KeptMetadata),
        };
    }

    /// <summary>The file of version 5 for an SAE that it can say.</summary>
    /// <exception cref="SaeException">It cannot.</exception>
    public static byte[] Write(SaeConfig config)
    {
        if (!Architectures.Contains(config.Architecture)) throw SaeException.NotInVersion5(config.Architecture, $"it knows {string.Join(", ", Architectures)}");
        if (config.RescaleActsByDecoderNorm) throw SaeException.NotInVersion5(config.Architecture, "latents are given times decoder norms");
        if (config.NormalizeActivations == ActivationNormalisation.ConstantScalarRescale) throw SaeException.NotInVersion5(config.Architecture, "activations are scaled by a constant");
        if (config.ReshapeHookZ != (config.HookName?.Contains("hook_z", StringComparison.Ordinal) ?? false)) throw SaeException.NotInVersion5(config.Architecture, "heads are joined exactly for hooks called hook_z");
        var json = new JsonObject
        {
            ["architecture"] = config.K > 0 ? "standard" : config.Architecture, ["d_in"] = config.DIn, ["d_sae"] = config.DSae, ["dtype"] = "float32", ["device"] = "cpu",
            ["activation_fn_str"] = config.K > 0 ? "topk" : "relu", ["activation_fn_kwargs"] = config.K > 0 ? new JsonObject { ["k"] = config.K } : [],
            ["apply_b_dec_to_input"] = config.ApplyBDecToInput, ["finetuning_scaling_factor"] = false,
            ["normalize_activations"] = SaeLensConfig.Normalisations.Single(pair => pair.Value == config.NormalizeActivations).Name,
            ["model_name"] = config.ModelName, ["hook_name"] = config.HookName, ["hook_layer"] = Layer(config.HookName), ["hook_head_index"] = config.HookHeadIndex,
            ["context_size"] = config.ContextSize, ["prepend_bos"] = config.PrependBos, ["dataset_trust_remote_code"] = true,
        };
        foreach (var name in KeptMetadata) json[name] = config.OtherMetadata.TryGetValue(name, out var value) ? JsonNode.Parse(value.GetRawText()) : null;
        json["model_from_pretrained_kwargs"] ??= new JsonObject();
        json["seqpos_slice"] ??= new JsonArray((JsonNode?)null);
        return Encoding.UTF8.GetBytes(json.ToJsonString(new() { WriteIndented = true }));
    }

    private static int Layer(string? hook) => hook?.Split('.') is ["blocks", var layer, ..] && int.TryParse(layer, out var number) ? number : 0;

    private static ActivationNormalisation Normalisation(JsonFields fields) => fields.Kind("normalize_activations") switch
    {
        JsonValueKind.True => ActivationNormalisation.ExpectedAverageOnlyIn,
        JsonValueKind.False => ActivationNormalisation.None,
        _ => fields.Choice("normalize_activations", SaeLensConfig.Normalisations, ActivationNormalisation.None),
    };
}
