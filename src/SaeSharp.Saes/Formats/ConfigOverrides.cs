using System.Text.Json;
using System.Text.Json.Nodes;

namespace SaeSharp.Saes.Formats;

/// <summary>Replaces keys of a <c>cfg.json</c> by what a directory of releases knows better, as SAELens does when it loads from one.</summary>
internal static class ConfigOverrides
{
    /// <summary>What says where an SAE was trained; SAELens 6 keeps it under <c>metadata</c>.</summary>
    private static readonly string[] Metadata = ["model_name", "hook_name", "hook_name_out", "hook_head_index", "context_size", "prepend_bos", "dataset_path", "neuronpedia_id", "model_from_pretrained_kwargs", "seqpos_slice"];

    public static JsonElement Apply(JsonElement config, JsonElement? overrides)
    {
        if (overrides is not { ValueKind: JsonValueKind.Object } given || config.ValueKind != JsonValueKind.Object) return config;
        var changed = JsonObject.Create(config)!;
        foreach (var entry in given.EnumerateObject())
        {
            // The older spelling of a setting that a newer file has under its own name.
            if (changed["metadata"] is JsonObject && entry.Name == "activation_fn_kwargs" && entry.Value.ValueKind == JsonValueKind.Object && entry.Value.TryGetProperty("k", out var k)) changed["k"] = JsonNode.Parse(k.GetRawText());
            var target = changed["metadata"] is JsonObject metadata && Metadata.Contains(entry.Name) ? metadata : changed;
            target[entry.Name] = JsonNode.Parse(entry.Value.GetRawText());
        }
        return JsonElement.Parse(changed.ToJsonString());
    }
}
