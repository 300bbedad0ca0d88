namespace SaeSharp.Lab.Reading;

/// <summary>What a model or an SAE is, its sizes, the memory it needs and its quality figures.</summary>
public sealed record InfoRequest
{
    /// <summary>A model or an SAE: a folder, a file, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Target { get; init; }
}

/// <summary>What <see cref="InfoRequest.Target"/> is: exactly one of the two is there.</summary>
/// <param name="Model">The model, or null.</param>
/// <param name="Sae">The SAE, or null.</param>
public sealed record InfoResult(ModelInfo? Model, SaeInfo? Sae);
