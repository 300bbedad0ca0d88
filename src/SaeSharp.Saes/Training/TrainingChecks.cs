namespace SaeSharp.Saes.Training;

/// <summary>Options that are each in range but do not fit together.</summary>
internal static class TrainingChecks
{
    public static void Require(SaeConfig config, TrainingOptions options, ActivationSource source)
    {
        if (source.DIn != config.DIn)
            throw OptionException.Invalid($"The activations are {source.DIn} wide, but the SAE's dIn is {config.DIn}.", "Give the SAE the width of the hook.");
        if (options.WarmupSteps + options.DecaySteps > options.Steps)
        {
            throw OptionException.Invalid($"{options.WarmupSteps} warm-up and {options.DecaySteps} decay steps do not fit into {options.Steps} steps.",
                "Train longer, or shorten the two.");
        }
        if (config.NormalizeActivations is ActivationNormalisation.ConstantNormRescale or ActivationNormalisation.LayerNorm)
        {
            throw OptionException.Invalid($"Training with {config.NormalizeActivations} is not offered.",
                $"Use {nameof(TrainingOptions.NormaliseActivations)}, which scales all activations alike and is folded into the weights.");
        }
    }
}
