using SaeSharp.Saes;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>One combination of the values a request names.</summary>
/// <param name="Rows">What it reads and, for a transcoder, writes.</param>
/// <param name="Arch">Its architecture, as the configuration names it.</param>
/// <param name="DSae">Number of features.</param>
/// <param name="K">k.</param>
/// <param name="Penalty">Coefficient.</param>
/// <param name="TargetL0">Where that is steered to.</param>
/// <param name="Lr">Learning rate.</param>
/// <param name="Seed">Seed.</param>
internal sealed record TrainingChoice(TrainingRows Rows, string Arch, int DSae, double K, double Penalty, double? TargetL0, double? Lr, int Seed)
{
    /// <summary>Whether the number of latents is given (topk and its kin), not reached by a penalty.</summary>
    public bool CountsLatents => Counts(Arch);

    /// <summary>When an architecture that takes latents one after another stops: once it has k.</summary>
    public PursuitOptions? Pursuit => SaeTrainer.Pursues(Arch) ? new(MaxIterations: (int)Math.Ceiling(K)) : null;

    public static bool Counts(string arch) => SaeTrainer.CountsLatents(arch);
}
