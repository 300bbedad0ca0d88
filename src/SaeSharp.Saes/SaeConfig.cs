using System.Text.Json;
using SaeSharp.Saes.SparseCoding;

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

    /// <summary>Factor of <see cref="ActivationNormalisation.ConstantScalarRescale"/>.</summary>
    public double ActivationNormalizationFactor { get; init => field = OptionException.Positive(value); } = 1;

    /// <summary>k: latents kept per activation (TopK, AbsTopK, temporal) or groups of latents (GroupMax); 0 where the architecture has none.</summary>
    public int K { get; init => field = OptionException.NotNegative(value); }

    /// <summary>TopK and AbsTopK: whether latents are chosen by, and given as, pre-activation · ‖W_dec[i]‖.</summary>
    public bool RescaleActsByDecoderNorm { get; init; }

    /// <summary>Matching pursuit: when to stop; null for other architectures.</summary>
    public PursuitOptions? Pursuit { get; init; }

    /// <summary>Sparse coding: the solver; null for other architectures.</summary>
    public CodingOptions? Coding { get; init; }

    /// <summary>Temporal: its attention; null for other architectures, whose latents of a row need no other row.</summary>
    public TemporalOptions? Temporal { get; init; }

    /// <summary>Hub id or name of the language model.</summary>
    public string? ModelName { get; init; }

    /// <summary>Hook point the activations come from. A crosscoder reads several, parted by commas: their rows stand one after another in dIn, each of the same width.</summary>
    public string? HookName { get; init; }

    /// <summary>Hook point a transcoder reconstructs; several, parted by commas, for a cross-layer transcoder. Null where it is what is read.</summary>
    public string? HookNameOut { get; init; }

    /// <summary>The one attention head read, or null for all.</summary>
    public int? HookHeadIndex { get; init; }

    /// <summary>Tokens in a training context.</summary>
    public int? ContextSize { get; init; }

    /// <summary>Whether contexts began with the beginning-of-sequence token.</summary>
    public bool PrependBos { get; init; } = true;

    /// <summary>Whether something else is reconstructed than what is read: then b_dec and the normalisation belong to the output or the input alone.</summary>
    public bool IsTranscoder => Architecture.EndsWith("transcoder", StringComparison.Ordinal);

    /// <summary>Whether the raw input goes straight to the output as well, through W_skip.</summary>
    public bool HasSkip => Architecture.EndsWith("skip_transcoder", StringComparison.Ordinal);

    /// <summary>All hook points that are read, in the order of their parts of dIn.</summary>
    public IReadOnlyList<string> Hooks => Split(HookName);

    /// <summary>All hook points that are reconstructed, in the order of their parts of dOut.</summary>
    public IReadOnlyList<string> HooksOut => Split(HookNameOut ?? HookName);

    /// <summary>Whether it is a cross-layer transcoder as a whole: the latents stand in blocks, one for each hook that is read, and write that hook's output and those after it.</summary>
    public bool IsCrossLayer => IsTranscoder && Hooks.Count > 1 && HooksOut.Count == Hooks.Count;

    /// <summary>Parts of a decoder row whose lengths add up to what it counts. A cross-layer transcoder counts whole rows (Ameisen et al. 2025).</summary>
    internal int NormParts => IsCrossLayer ? 1 : Math.Max(1, HooksOut.Count);

    /// <summary>The processing of the model that the SAE was trained under.</summary>
    public ModelProcessing Processing => OtherMetadata.TryGetValue(ModelProcessing.Key, out var settings) ? ModelProcessing.Of(settings) : ModelProcessing.None;

    /// <summary>All of the file's <c>metadata</c> that has no property here, kept for writing it back.</summary>
    public IReadOnlyDictionary<string, JsonElement> OtherMetadata { get; init; } = new Dictionary<string, JsonElement>();

    private static string[] Split(string? hooks) => hooks?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
