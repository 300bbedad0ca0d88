using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Training.Inputs;

/// <summary>Each activation normalised by itself, which the finished SAE goes on doing at run time: SAELens' constant_norm_rescale and layer_norm.</summary>
/// <remarks>
/// Training is that on activations which were normalised before, so each counts alike and penalties do not depend on their lengths. Not followed: SAELens undoes the normalisation before it takes
/// the error, so that there an activation counts with the square of its length (docs/training.md says why not). A row of zeros stays zeros.
/// </remarks>
internal sealed class NormalisedRows : InputTransform
{
    private readonly ActivationNormalisation _normalisation;

    public NormalisedRows(StepSetting setting)
    {
        _normalisation = setting.Options.Input.Normalisation == InputNormalisation.LayerNorm ? ActivationNormalisation.LayerNorm : ActivationNormalisation.ConstantNormRescale;
        if (setting.Parts.Length > 1)
            throw OptionException.Invalid($"{_normalisation} is of one hook, and these rows hold several.", $"Use {nameof(InputNormalisation.MeanNorm)}, which scales each hook on its own.");
    }

    public override bool IsFitted => true;

    public override void Apply(Tensor x)
    {
        for (var row = 0; row < x.RowCount; row++)
        {
            if (x.DType == DType.F64) RowNormaliser.Apply(_normalisation, 1, x.Row<double>(row));
            else RowNormaliser.Apply(_normalisation, 1, x.Row<float>(row));
        }
    }

    /// <summary>The same weights, with a note of what has to be done to their activations.</summary>
    public override SparseAutoencoder Fold(SparseAutoencoder sae) => With(sae, _normalisation);

    public override SparseAutoencoder Unfold(SparseAutoencoder sae) => sae.Config.NormalizeActivations == _normalisation
        ? With(sae, ActivationNormalisation.None)
        : throw OptionException.Invalid($"The saved SAE reads activations with {sae.Config.NormalizeActivations}, the training has {_normalisation}.", "Train with the normalisation of the saved SAE.");

    private static SparseAutoencoder With(SparseAutoencoder sae, ActivationNormalisation normalisation) => SaeCatalog.Create(
        sae.Config with { NormalizeActivations = normalisation }, new("the trained weights", sae.Tensors.ToDictionary()), sae.Backend);
}
