using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Releases;

/// <summary>Searches what is known: public SAEs by release, model, hook or repository.</summary>
public sealed record ReleasesRequest
{
    /// <summary>Words that a release's name, model, repository or hook holds; a release's whole name lists its SAEs. sae pull fetches what is found.</summary>
    public required string Releases { get; init; }
}

/// <summary>What was found.</summary>
/// <param name="Releases">The releases, those of exactly that model first.</param>
/// <param name="Saes">The SAEs, where the words are one release's name; else empty.</param>
public sealed record ReleasesResult(IReadOnlyList<ReleaseInfo> Releases, IReadOnlyList<ReleasedSaeInfo> Saes);

/// <summary>A release at a glance.</summary>
public sealed record ReleaseInfo
{
    /// <summary>Its name.</summary>
    public required string Release { get; init; }
    /// <summary>The language model.</summary>
    public required string Model { get; init; }
    /// <summary>Where it lies on the hub.</summary>
    public required string Repository { get; init; }
    /// <summary>Hooks of its SAEs without layers, as far as names tell.</summary>
    public required IReadOnlyList<string> Hooks { get; init; }
    /// <summary>Layers that have an SAE, in order, as far as names tell.</summary>
    public required IReadOnlyList<int> Layers { get; init; }
    /// <summary>Numbers of latents, as its names write them.</summary>
    public required IReadOnlyList<string> Widths { get; init; }
    /// <summary>Number of its SAEs.</summary>
    public required int Saes { get; init; }
    /// <summary>How its files are read.</summary>
    public required string Loader { get; init; }
    /// <summary>Whether this version reads them.</summary>
    public required bool CanBeRead { get; init; }
    /// <summary>Least and most latents on a token, claimed by its authors, not measured; null where they say nothing.</summary>
    public IReadOnlyList<double>? ClaimedL0 { get; init; }
    /// <summary>Least and most explained variance, claimed by its authors by definitions of their own; null where they say nothing.</summary>
    public IReadOnlyList<double>? ClaimedExplainedVariance { get; init; }
    /// <summary>What the activations had been through, where the directory knows more than the files.</summary>
    public required ProcessingInfo Processing { get; init; }
}

/// <summary>A released SAE at a glance.</summary>
public sealed record ReleasedSaeInfo
{
    /// <summary>What sae pull and every verb call it.</summary>
    public required string Name { get; init; }
    /// <summary>Its layer; null where no name tells.</summary>
    public int? Layer { get; init; }
    /// <summary>Its hook without the layer; null where no name tells.</summary>
    public string? Hook { get; init; }
    /// <summary>Number of latents as its names write it.</summary>
    public string? Width { get; init; }
    /// <summary>Latents on a token, claimed by its authors.</summary>
    public double? ClaimedL0 { get; init; }
    /// <summary>Explained variance, claimed by its authors.</summary>
    public double? ClaimedExplainedVariance { get; init; }
    /// <summary>Where it lies in the repository.</summary>
    public required string Path { get; init; }
    /// <summary>Its source on Neuronpedia.</summary>
    public string? Neuronpedia { get; init; }
    /// <summary>Activations are multiplied by it before encoding.</summary>
    public double? NormScalingFactor { get; init; }
    /// <summary>Whether it is here.</summary>
    public required bool IsHere { get; init; }
}
