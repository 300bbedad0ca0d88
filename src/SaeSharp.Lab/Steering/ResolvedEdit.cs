using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>An edit whose hook and direction are at hand.</summary>
/// <param name="Op">What it does.</param>
/// <param name="Hook">Where in the model.</param>
/// <param name="Sae">Its SAE, or null.</param>
/// <param name="Feature">Its feature, where it has an SAE.</param>
/// <param name="Vector">Its vector [d] or [pos, d], f32, where it has none.</param>
/// <param name="Coefficient">C.</param>
/// <param name="Positions">At which positions.</param>
/// <param name="When">Under which condition; null for none.</param>
internal sealed record ResolvedEdit(EditOp Op, string Hook, LoadedSae? Sae, int Feature, Tensor? Vector, double Coefficient, EditPositions Positions, ResolvedCondition? When = null)
{
    /// <summary>Whose direction the vector is, where it has a name: a feature's, or a difference of means.</summary>
    public string? Named { get; init; }

    /// <summary>Whether it puts the SAE's reconstruction in the activation's place, and nothing else.</summary>
    public bool IsReconstruction { get; init; }

    /// <summary>Puts the reconstruction of an SAE in the place of what it reads.</summary>
    /// <exception cref="LabException">It writes elsewhere, or its rows depend on each other.</exception>
    public static ResolvedEdit Reconstruction(LoadedSae sae, EditPositions positions, ResolvedCondition? when)
    {
        if (!sae.ReconstructsItsHook) throw LabException.WritesElsewhere(sae.Name, sae.WrittenHook);
        sae.RequireRowwise();
        return new(EditOp.Add, sae.WrittenHook, sae, 0, null, 0, positions, when) { IsReconstruction = true };
    }

    /// <summary>Whether it depends on how strongly its feature fires.</summary>
    public bool NeedsValue => Sae is not null && Op is (EditOp.Set or EditOp.Scale or EditOp.Ablate or EditOp.Minimum);

    /// <summary>What it does, as a formula.</summary>
    public string Formula => (Op, Sae) switch
    {
        (EditOp.Add, _) => "h += C·v",
        (EditOp.Set, null) => "h = C·v",
        (EditOp.Set, _) => "h += (C − f)·v",
        (EditOp.Scale, null) => Vector is null ? "h *= C" : "h += (C − 1)(h·v̂)v̂",
        (EditOp.Scale, _) => "h += (C·f − f)·v",
        (EditOp.Ablate, null) => Vector is null ? "h = 0" : "h −= (h·v̂)v̂",
        (EditOp.Ablate, _) => "h −= f·v",
        (EditOp.Minimum, _) => "h += (max(f, C) − f)·v",
        (EditOp.Project, _) => "h −= (h·v̂)v̂",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
