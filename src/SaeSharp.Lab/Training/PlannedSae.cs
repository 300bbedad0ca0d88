using SaeSharp.Saes;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Training;

/// <summary>One SAE that a request asks for.</summary>
/// <param name="Label">What tells it from the others of the request, e.g. <c>blocks.1.hook_resid_post k 32</c>.</param>
/// <param name="Folder">Where it is saved.</param>
/// <param name="Rows">Its hook points.</param>
/// <param name="Config">What it is.</param>
/// <param name="Options">How it is trained.</param>
internal sealed record PlannedSae(string Label, string Folder, TrainingRows Rows, SaeConfig Config, TrainingOptions Options)
{
    /// <summary>Its hook point, as its configuration names it.</summary>
    public string Hook => Rows.Hook;

    /// <summary>Width of a training row.</summary>
    public int RowWidth => Config.DIn + (Config.DOut ?? 0);
}
