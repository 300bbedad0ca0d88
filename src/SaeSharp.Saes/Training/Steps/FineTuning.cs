using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Inputs;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Starts a training at a saved SAE of the same shape: what it computes is the same in the first step, whatever is asked of decoder norms and inputs.</summary>
internal static class FineTuning
{
    private const float UnitTolerance = 1e-4f;

    /// <summary>Writes the weights of <paramref name="start"/>, which reads raw activations, as those of a step that reads transformed ones.</summary>
    /// <exception cref="OptionException">It has another shape, lacks a weight, or chooses latents in a way that the weights cannot express.</exception>
    public static void Begin(StepSetting setting, SaeParameters weights, InputTransform input, SparseAutoencoder start)
    {
        var rescales = setting.Config.RescaleActsByDecoderNorm;
        var isUnit = HasUnitNorm(start);
        if (rescales && start.Config is { K: > 0, RescaleActsByDecoderNorm: false } && !isUnit)
        {
            throw OptionException.Invalid("The saved SAE chooses latents without decoder norms, the training with them, and the norms are not 1.",
                $"Train with {nameof(SaeConfig.RescaleActsByDecoderNorm)} off.");
        }
        var mustBeUnit = setting.Options.Decoder.Constraint == DecoderConstraint.UnitNorm || (start.Config.RescaleActsByDecoderNorm && !rescales);
        if (mustBeUnit && !isUnit) start = start.FoldDecoderNorms();
        if (input is not NormalisedRows && start.Config.NormalizeActivations is (ActivationNormalisation.ConstantNormRescale or ActivationNormalisation.LayerNorm))
            throw OptionException.Invalid($"The saved SAE reads activations with {start.Config.NormalizeActivations}, which no scale of all of them can stand for.", "Train with the normalisation of the saved SAE.");
        start = input.Unfold(start);
        if (setting.Options.Decoder.Constraint == DecoderConstraint.UnitNorm && !HasUnitNorm(start)) start = start.FoldDecoderNorms();
        foreach (var weight in weights.All) Copy(weight, start, isEncoder: weights.HasEncoder && weight == weights.Encoder);
    }

    private static void Copy(TrainedTensor weight, SparseAutoencoder start, bool isEncoder)
    {
        if (!start.Tensors.TryGetValue(weight.Name, out var value))
            throw OptionException.Invalid($"The saved SAE, a {start.Config.Architecture}, has no {weight.Name}.", "Start from an SAE of the architecture that is trained.");
        if (isEncoder) value = MatrixTranspose.Of(value);
        if (!value.Shape.SequenceEqual(weight.Value.Shape))
            throw OptionException.Invalid($"{weight.Name} of the saved SAE is {value.ShapeText}, but the training has {weight.Value.ShapeText}.", "Train with the sizes of the saved SAE.");
        value.ConvertTo(weight.Value);
    }

    private static bool HasUnitNorm(SparseAutoencoder sae)
    {
        foreach (var norm in sae.DecoderNorms.Span<float>())
            if (Math.Abs(norm - 1) > UnitTolerance) return false;
        return true;
    }
}
