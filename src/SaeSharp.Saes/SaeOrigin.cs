using System.Text.Json;

namespace SaeSharp.Saes;

/// <summary>Where an SAE was published, and what a directory of releases knows about it better than its files. Some layouts say only in their paths which model and hook they are of.</summary>
/// <param name="Repository">Its repository on the hub, <c>owner/name</c>.</param>
/// <param name="Path">Its folder or file there.</param>
public sealed record SaeOrigin(string Repository, string Path)
{
    /// <summary>The layout of its files, one of <see cref="SaeFolder.Formats"/>; null to find out from the files.</summary>
    public string? Format { get; init; }

    /// <summary>The language model, for layouts that do not say.</summary>
    public string? ModelName { get; init; }

    /// <summary>Keys of a SAELens cfg.json with other values than the files give; null for none.</summary>
    public JsonElement? Overrides { get; init; }

    /// <summary>What activations are multiplied by before encoding, where training did so and the weights do not show it yet.</summary>
    public double? NormScalingFactor { get; init; }
}
