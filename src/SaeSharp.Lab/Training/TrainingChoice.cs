namespace SaeSharp.Lab.Training;

/// <summary>One combination of the values a request names.</summary>
internal sealed record TrainingChoice(string Hook, string Arch, int DSae, double K, double Penalty, double? TargetL0, double? Lr, int Seed)
{
    /// <summary>Whether the number of latents is given (topk and its kin), not reached by a penalty.</summary>
    public bool CountsLatents => Counts(Arch);

    public static bool Counts(string arch) => arch.Contains("topk", StringComparison.Ordinal) || arch is "matching_pursuit" or "groupmax" or "contrastive";
}
