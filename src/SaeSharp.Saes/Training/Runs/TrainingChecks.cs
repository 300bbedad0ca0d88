using SaeSharp.Saes.Training.Inputs;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Training.Runs;

/// <summary>Options that are each in range but do not fit together.</summary>
internal static class TrainingChecks
{
    /// <summary>What a loss behind the reconstruction needs: its slopes go back through the scale of the activations and the chosen latents.</summary>
    public static void RequireDownstream(StepSetting setting, TrainingStep step, InputTransform input)
    {
        if (!step.TakesDownstream) throw OptionException.Invalid($"A {setting.Config.Architecture} SAE cannot be trained for a loss behind its reconstruction.", "Use topk, batchtopk, abstopk or groupmax.");
        if (input is not (Untransformed or ScaledInput)) throw OptionException.Invalid($"A loss behind the reconstruction does not go with {setting.Options.Input.Normalisation}.", $"Use {nameof(InputNormalisation.MeanNorm)}, {nameof(InputNormalisation.MeanSquare)} or {nameof(InputNormalisation.None)}.");
    }

    public static void Require(StepSetting setting, TrainingStep step, ActivationSource source)
    {
        var (config, options) = (setting.Config, setting.Options);
        if (source.DIn != step.RowWidth)
            throw OptionException.Invalid($"The activations are {source.DIn} wide, but a {config.Architecture} SAE with dIn {config.DIn} takes {step.RowWidth}.", "Give the SAE the width of the hook; a transcoder takes what it reads and what it writes, side by side.");
        if (options.Input.Normalisation == InputNormalisation.Whitening && step.BatchSize != setting.BatchSize)
            throw OptionException.Invalid($"Whitening is not offered for {config.Architecture}, whose rows hold several activations.", $"Use {nameof(InputNormalisation.MeanNorm)}.");
        if (setting.Layers is not null && options.Optimiser.Kind == OptimiserKind.Muon)
            throw OptionException.Invalid("Muon mixes the rows of a matrix, so the zeros of a cross-layer transcoder's would not last.", $"Use {nameof(OptimiserKind.Adam)} or {nameof(OptimiserKind.Signum)}.");
        if (options.Rate.WarmupSteps + options.Rate.DecaySteps > options.Steps)
        {
            throw OptionException.Invalid($"{options.Rate.WarmupSteps} warm-up and {options.Rate.DecaySteps} decay steps do not fit into {options.Steps} steps.",
                "Train longer, or shorten the two.");
        }
        if (options.Penalty is { TargetL0: { } target, Coefficient: 0 })
            throw OptionException.Invalid($"The search for the penalty that gives L0 {target} starts at coefficient 0, which stays 0.", "Start it at any number above 0.");
        if (config.NormalizeActivations is ActivationNormalisation.ConstantNormRescale or ActivationNormalisation.LayerNorm)
        {
            throw OptionException.Invalid($"The configuration asks for {config.NormalizeActivations}, the options of the training for {options.Input.Normalisation}.",
                $"Ask for it as {nameof(TrainingOptions.Input)}: {nameof(InputNormalisation)}.{(config.NormalizeActivations == ActivationNormalisation.LayerNorm ? nameof(InputNormalisation.LayerNorm) : nameof(InputNormalisation.ConstantNorm))}.");
        }
    }
}
