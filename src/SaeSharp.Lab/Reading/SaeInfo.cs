using SaeSharp.Lab.Evaluating;

namespace SaeSharp.Lab.Reading;

/// <summary>A sparse autoencoder at a glance.</summary>
public sealed record SaeInfo
{
    /// <summary>What it is called by: its name in the workspace, or its folder's path.</summary>
    public required string Name { get; init; }
    /// <summary>The folder it was read from.</summary>
    public required string Path { get; init; }
    /// <summary>Architecture, e.g. <c>topk</c>.</summary>
    public required string Architecture { get; init; }
    /// <summary>Width of the activations it reads.</summary>
    public required int DIn { get; init; }
    /// <summary>Number of features.</summary>
    public required int DSae { get; init; }
    /// <summary>The hook point it belongs to; null where its file does not say.</summary>
    public string? Hook { get; init; }
    /// <summary>The layer in the hook's name; null where it has none.</summary>
    public int? Layer { get; init; }
    /// <summary>The model it was trained on, as its file says.</summary>
    public string? Model { get; init; }
    /// <summary>Latents on a token of a TopK SAE; null for other kinds.</summary>
    public int? K { get; init; }
    /// <summary>Context it was trained with, in tokens.</summary>
    public int? ContextSize { get; init; }
    /// <summary>Whether BOS stood first while training.</summary>
    public bool? PrependBos { get; init; }
    /// <summary>How activations are scaled before encoding, e.g. <c>none</c>.</summary>
    public string? NormalizeActivations { get; init; }
    /// <summary>Bytes of its weights in memory.</summary>
    public required long WeightBytes { get; init; }
    /// <summary>SHA-256 of its weights file: what an index or a result was made with.</summary>
    public required string WeightsSha256 { get; init; }
    /// <summary>Figures of the last <c>sae eval</c> of exactly these weights; null where none was run.</summary>
    public EvalResult? Quality { get; init; }
    /// <summary>What the activations must have been through, as its config or its release says.</summary>
    public required ProcessingInfo Processing { get; init; }
    /// <summary>What its release says about it; null where it is of none that is known.</summary>
    public ClaimedFigures? Claimed { get; init; }
}

/// <summary>What a release says about one of its SAEs: claims of its authors, not measured here.</summary>
public sealed record ClaimedFigures
{
    /// <summary>The release.</summary>
    public required string Release { get; init; }
    /// <summary>The SAE's name in it.</summary>
    public required string Id { get; init; }
    /// <summary>Where it lies on the hub.</summary>
    public required string Repository { get; init; }
    /// <summary>Latents on a token.</summary>
    public double? L0 { get; init; }
    /// <summary>Explained variance, by its authors' definition.</summary>
    public double? ExplainedVariance { get; init; }
    /// <summary>Its source on Neuronpedia.</summary>
    public string? Neuronpedia { get; init; }
}
