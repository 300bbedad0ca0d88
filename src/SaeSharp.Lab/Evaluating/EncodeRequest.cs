namespace SaeSharp.Lab.Evaluating;

/// <summary>Codes and reconstructions of exported activations.</summary>
public sealed record EncodeRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>A safetensors file with activations [n, dIn] (more axes are flattened).</summary>
    public required string Input { get; init; }
    /// <summary>Name of the tensor in it.</summary>
    public string Tensor { get; init; } = "x";
    /// <summary>The safetensors file to write: latents [n, dSae], reconstruction [n, dIn].</summary>
    public required string Out { get; init; }
}

/// <summary>What was encoded.</summary>
/// <param name="Out">The file written.</param>
/// <param name="Rows">Rows encoded.</param>
/// <param name="L0">Mean number of latents above 0 on a row; null without rows.</param>
/// <param name="Fvu">Fraction of variance unexplained over these rows; null where they do not vary.</param>
public sealed record EncodeResult(string Out, long Rows, double? L0, double? Fvu);
