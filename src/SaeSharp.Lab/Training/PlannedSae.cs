using SaeSharp.Saes;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Training;

/// <summary>One SAE that a request asks for.</summary>
/// <param name="Label">What tells it from the others of the request, e.g. <c>blocks.1.hook_resid_post k 32</c>.</param>
/// <param name="Folder">Where it is saved.</param>
/// <param name="Hook">Its hook point.</param>
/// <param name="Config">What it is.</param>
/// <param name="Options">How it is trained.</param>
internal sealed record PlannedSae(string Label, string Folder, string Hook, SaeConfig Config, TrainingOptions Options);
