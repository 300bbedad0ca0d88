namespace SaeSharp.Saes.Training.Steps;

/// <summary>The terms of the loss of one batch, and how many latents fired in it.</summary>
/// <param name="Error">The reconstruction error in the loss's unit.</param>
/// <param name="Sparsity">Penalty terms, coefficients included.</param>
/// <param name="Aux">Auxiliary terms, coefficients included.</param>
/// <param name="Active">Latents that fired in the whole batch.</param>
internal readonly record struct StepTerms(double Error, double Sparsity, double Aux, long Active)
{
    /// <summary>Coefficient of the penalty in this step; 0 where there is none.</summary>
    public double Coefficient { get; init; }

    /// <summary>What further reconstructions (the levels of a Matryoshka dictionary, a larger k) add to <see cref="Error"/>.</summary>
    public double Inner { get; init; }

    /// <summary>Dead latents that the aux term counted, where those are not the ones from before the batch.</summary>
    public int? Dead { get; init; }

    /// <summary>What is minimised.</summary>
    public double Loss => Error + Inner + Sparsity + Aux;
}
