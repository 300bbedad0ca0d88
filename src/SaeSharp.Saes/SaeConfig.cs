using System.Text.Json;

namespace SaeSharp.Saes;

/// <summary>What an SAE is and what it was trained on: the content of a SAELens <c>cfg.json</c>.</summary>
public sealed record SaeConfig
{
    /// <summary>Name in <see cref="SaeCatalog"/>: <c>standard</c>, <c>topk</c> …</summary>
    public required string Architecture { get; init; }

    /// <summary>Width of the activations.</summary>
    public required int DIn { get; init => field = OptionException.Positive(value); }

    /// <summary>Number of latents.</summary>
    public required int DSae { get; init => field = OptionException.Positive(value); }

    /// <summary>Width of what is written, where it is not what is read (transcoders); null for an autoencoder.</summary>
    public int? DOut { get; init => field = value is { } width ? OptionException.Positive(width) : null; }

    /// <summary>Whether the encoder reads x − b_dec instead of x.</summary>
    public bool ApplyBDecToInput { get; init; } = true;

    /// <summary>What is done to each activation before the encoder and undone after the decoder.</summary>
    public ActivationNormalisation NormalizeActivations { get; init; }

    /// <summary>Whether the hook gives [.., heads, dHead] (<c>hook_z</c>), which the SAE reads as one vector of dIn = heads · dHead.</summary>
    public bool ReshapeHookZ { get; init; }

    /// <summary>k of TopK: latents kept per activation; 0 where the architecture has none.</summary>
    public int K { get; init => field = OptionException.NotNegative(value); }

    /// <summary>TopK: whether latents are chosen by, and given as, pre-activation · ‖W_dec[i]‖.</summary>
    public bool RescaleActsByDecoderNorm { get; init; }

    /// <summary>Hub id or name of the language model.</summary>
    public string? ModelName { get; init; }

    /// <summary>Hook point the activations come from.</summary>
    public string? HookName { get; init; }

    /// <summary>The one attention head read, or null for all.</summary>
    public int? HookHeadIndex { get; init; }

    /// <summary>Tokens in a training context.</summary>
    public int? ContextSize { get; init; }

    /// <summary>Whether contexts began with the beginning-of-sequence token.</summary>
    public bool PrependBos { get; init; } = true;

    /// <summary>The processing of the model that the SAE was trained under.</summary>
    public ModelProcessing Processing => OtherMetadata.TryGetValue(ModelProcessing.Key, out var settings) ? ModelProcessing.Of(settings) : ModelProcessing.None;

    /// <summary>All of the file's <c>metadata</c> that has no property here, kept for writing it back.</summary>
    public IReadOnlyDictionary<string, JsonElement> OtherMetadata { get; init; } = new Dictionary<string, JsonElement>();
}
