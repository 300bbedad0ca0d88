namespace SaeSharp.Lab.Steering;

/// <summary>One change to the model's activations at a hook point. Edits at one hook all read the same unedited h.</summary>
public sealed record EditSpec
{
    /// <summary>add: h += C·v. set: file: h = C·v; sae: h += (C − f)·v, so that the error term stays. scale: f → C·f, or h *= C without a vector. ablate: f → 0. minimum: f → max(f, C). project: h −= (h·v̂)v̂.</summary>
    public required EditOp Op { get; init; }
    /// <summary>Hook point; left out with an SAE: the SAE's own.</summary>
    public string? Hook { get; init; }
    /// <summary>The direction: an SAE's feature or a vector in a file; left out only for scale.</summary>
    public EditVector? Vector { get; init; }
    /// <summary>C: with an SAE in units of latents (the length added along the unit decoder row).</summary>
    public double Coefficient { get; init; }
    /// <summary>Where: all, prompt, generated, last (the prompt's last token), 3.. (from position 3), or [2,5] (these positions).</summary>
    public EditPositions Positions { get; init; } = EditPositions.All;
    /// <summary>Only where a feature fires; left out: wherever Positions says.</summary>
    public EditCondition? When { get; init; }
}

/// <summary>What an edit does.</summary>
public enum EditOp
{
    /// <summary>h += C·v.</summary>
    Add,
    /// <summary>The feature's value becomes C (with a file vector, h becomes C·v).</summary>
    Set,
    /// <summary>The feature's value is multiplied by C (without a vector, h is).</summary>
    Scale,
    /// <summary>The feature's value becomes 0.</summary>
    Ablate,
    /// <summary>The feature's value becomes at least C.</summary>
    Minimum,
    /// <summary>h loses its part along v.</summary>
    Project,
}

/// <summary>A direction: either File and Tensor, or Sae and Feature.</summary>
public sealed record EditVector
{
    /// <summary>A safetensors file.</summary>
    public string? File { get; init; }
    /// <summary>Its tensor, [d] or [pos, d], used as it is.</summary>
    public string? Tensor { get; init; }
    /// <summary>An SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public string? Sae { get; init; }
    /// <summary>The feature whose unit decoder row is used.</summary>
    public int? Feature { get; init; }
}
