using System.Text.Json;

namespace SaeSharp.Saes;

/// <summary>What the activations had been through that an SAE was trained on. Read from its config, whose words are TransformerLens' and SAELens'; without a word, nothing was done.</summary>
/// <param name="FoldLayerNorm">The norms' gains and biases were folded into the weights that read them (<c>fold_ln</c>): norm hooks give the value before both.</param>
/// <param name="CenterWritingWeights">Every weight that writes to the residual stream was centred (<c>center_writing_weights</c>): the stream has mean 0.</param>
/// <param name="NormScalingFactor">Activations were multiplied by it; null where they were not, or where it is folded into the weights.</param>
public sealed record ActivationProcessing(bool FoldLayerNorm, bool CenterWritingWeights, double? NormScalingFactor)
{
    private const string Arguments = "model_from_pretrained_kwargs";

    /// <summary>The model's own activations.</summary>
    public static ActivationProcessing None { get; } = new(false, false, null);

    /// <summary>Whether nothing was done.</summary>
    public bool IsNone => this == None;

    /// <summary>What a config says.</summary>
    /// <exception cref="FileException">A switch is neither true nor false.</exception>
    public static ActivationProcessing Of(SaeConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (!config.OtherMetadata.TryGetValue(Arguments, out var arguments) || arguments.ValueKind != JsonValueKind.Object) return None;
        return new(Flag(arguments, "fold_ln"), Flag(arguments, "center_writing_weights"), null);
    }

    private static bool Flag(JsonElement arguments, string name) => !arguments.TryGetProperty(name, out var value) ? false : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw FileException.Malformed("cfg.json", $"key '{Arguments}.{name}'", $"it is {value.GetRawText()}, expected true or false"),
    };
}
