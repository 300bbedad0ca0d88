using System.Text.Json;

namespace SaeSharp.Saes.Formats;

/// <summary>Flat <c>cfg.json</c> files of SAELens before 6, read as SAELens 6 upgrades them (<c>handle_pre_6_0_config</c>).</summary>
internal static class SaeLensLegacy
{
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
            OtherMetadata = fields.Kept("dataset_path", "neuronpedia_id", "sae_lens_training_version", "model_from_pretrained_kwargs", "seqpos_slice"),
        };
    }

    private static ActivationNormalisation Normalisation(JsonFields fields) => fields.Kind("normalize_activations") switch
    {
        JsonValueKind.True => ActivationNormalisation.ExpectedAverageOnlyIn,
        JsonValueKind.False => ActivationNormalisation.None,
        _ => fields.Choice("normalize_activations", SaeLensConfig.Normalisations, ActivationNormalisation.None),
    };
}
