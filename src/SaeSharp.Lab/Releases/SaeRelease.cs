using System.Text.Json;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Releases;

/// <summary>A set of SAEs that was published together, as the directory knows it.</summary>
/// <param name="Name">What papers call it, e.g. <c>gpt2-small-res-jb</c>.</param>
/// <param name="Repository">Where it lies on the hub.</param>
/// <param name="Model">The language model, as TransformerLens or the hub calls it.</param>
/// <param name="Loader">How its files are read: <c>sae_lens</c>, or the name of SAELens' converter.</param>
/// <param name="Overrides">What its config files should say instead; null for nothing.</param>
internal sealed record SaeRelease(string Name, string Repository, string Model, string Loader, JsonElement? Overrides)
{
    /// <summary>Its SAEs in the order of their layers.</summary>
    public List<ReleasedSae> Saes { get; } = [];
}

/// <summary>One SAE of a release.</summary>
/// <param name="Release">The release.</param>
/// <param name="Id">Its name in the release; may hold slashes.</param>
/// <param name="Path">Its folder or file in the repository.</param>
/// <param name="ClaimedL0">Latents on a token, as its authors say.</param>
/// <param name="ClaimedExplainedVariance">As its authors say, by their own definition.</param>
/// <param name="Neuronpedia">Its source on Neuronpedia, <c>model/source</c>.</param>
/// <param name="NormScalingFactor">Activations are multiplied by it before encoding.</param>
internal sealed record ReleasedSae(SaeRelease Release, string Id, string Path, double? ClaimedL0, double? ClaimedExplainedVariance, string? Neuronpedia, double? NormScalingFactor)
{
    /// <summary><c>release/id</c>.</summary>
    public string Name => $"{Release.Name}/{Id}";

    /// <summary>What its files do not say.</summary>
    public SaeOrigin Origin => new(Release.Repository, Path) { Format = Release.Loader, ModelName = Release.Model, Overrides = Release.Overrides, NormScalingFactor = NormScalingFactor };

    /// <summary>Where it reads the model.</summary>
    public SaePlace Place => SaePlace.Of(this);

    public bool Equals(ReleasedSae? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
