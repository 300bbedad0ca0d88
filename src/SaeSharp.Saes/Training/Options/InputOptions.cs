namespace SaeSharp.Saes.Training.Options;

/// <summary>What is done to activations before the SAE sees them in training.</summary>
public sealed record InputOptions
{
    /// <summary>The normalisation.</summary>
    public InputNormalisation Normalisation { get; init; } = InputNormalisation.MeanNorm;

    /// <summary>Batches it is estimated from; 0 takes all of an epoch.</summary>
    public int Batches { get; init => field = OptionException.NotNegative(value); }

    /// <summary>What <see cref="InputNormalisation.ConstantScalar"/> multiplies by.</summary>
    public double Factor { get; init => field = OptionException.Positive(value); } = 1;
}

/// <summary>Normalisations of training activations.</summary>
public enum InputNormalisation
{
    /// <summary>As they are.</summary>
    None,
    /// <summary>Times √dIn / mean‖x‖, folded into the finished weights (SAELens' expected_average_only_in).</summary>
    MeanNorm,
    /// <summary>Times 1 / √(mean‖x‖²), folded into the finished weights (dictionary_learning).</summary>
    MeanSquare,
    /// <summary>Centred and whitened by the covariance, folded into the finished weights (SAELens' covariance_whitening).</summary>
    Whitening,
    /// <summary>Each times √dIn / ‖x‖, at run time too (SAELens' constant_norm_rescale).</summary>
    ConstantNorm,
    /// <summary>Times <see cref="InputOptions.Factor"/> (SAELens' constant_scalar_rescale), folded into the finished weights.</summary>
    ConstantScalar,
    /// <summary>Each less its mean and divided by its standard deviation, at run time too (SAELens' layer_norm).</summary>
    LayerNorm,
}
