using System.Text.Json;

namespace SaeSharp.Saes;

/// <summary>How TransformerLens had changed the model's weights when an SAE's activations were made: what its <c>from_pretrained</c> calls processing.</summary>
/// <remarks>
/// SAELens loads models without processing and writes exceptions into the SAE's config as <c>model_from_pretrained_kwargs</c> (gpt2-small-res-jb: centred writing
/// weights). Logits stay the same under all of it; the values at some hooks do not. <c>center_unembed</c> and <c>refactor_factored_attn_matrices</c> change none that an SAE reads.
/// </remarks>
/// <param name="FoldLn">Gains and biases of norms were folded into the weights behind them. The residual stream stays the same, and so does the norm's value before its gain.</param>
/// <param name="CenterWritingWeights">What writes to the residual stream had its mean over dModel taken out, so that the stream's mean is 0.</param>
/// <param name="FoldValueBiases">Value biases were folded into the output bias of attention, so that <c>hook_v</c> and <c>hook_z</c> lack them.</param>
public sealed record ModelProcessing(bool FoldLn = false, bool CenterWritingWeights = false, bool FoldValueBiases = false)
{
    /// <summary>The key of a config that holds it.</summary>
    public const string Key = "model_from_pretrained_kwargs";

    /// <summary>The model as published.</summary>
    public static ModelProcessing None { get; } = new();

    /// <summary>Reads the object under <see cref="Key"/>; settings it does not name are off, as in SAELens.</summary>
    /// <exception cref="FileException">A setting is neither true nor false.</exception>
    public static ModelProcessing Of(JsonElement settings)
    {
        return settings.ValueKind != JsonValueKind.Object ? None : new(On("fold_ln"), On("center_writing_weights"), On("fold_value_biases"));

        bool On(string name) => settings.TryGetProperty(name, out var value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw FileException.Malformed("cfg.json", $"key '{Key}.{name}'", $"it is {value.GetRawText()}, expected true or false"),
        };
    }
}
