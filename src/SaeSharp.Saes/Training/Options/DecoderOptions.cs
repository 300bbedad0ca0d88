namespace SaeSharp.Saes.Training.Options;

/// <summary>How the decoder starts and what is asked of it.</summary>
public sealed record DecoderOptions
{
    /// <summary>Length of the initial decoder rows. With <see cref="DecoderConstraint.UnitNorm"/> it is 1.</summary>
    public double InitNorm { get; init => field = OptionException.Positive(value); } = 0.1;

    /// <summary>What initial decoder rows point to; the encoder starts as their transpose.</summary>
    public DirectionInit Directions { get; init; }

    /// <summary>Where b_dec starts.</summary>
    public BiasInit Bias { get; init; }

    /// <summary>What is asked of decoder rows during training.</summary>
    public DecoderConstraint Constraint { get; init; }
}

/// <summary>Initial decoder directions.</summary>
public enum DirectionInit
{
    /// <summary>Uniform random numbers.</summary>
    Random,
    /// <summary>Activations of the first batch, less b_dec: latents start where data lies.</summary>
    Data,
}

/// <summary>Where b_dec starts.</summary>
public enum BiasInit
{
    Zero,
    /// <summary>Mean of the first batch (sparsify).</summary>
    Mean,
    /// <summary>Geometric median of the first batch (OpenAI, dictionary_learning): argmin Σ‖x − m‖.</summary>
    GeometricMedian,
}

/// <summary>What is asked of decoder rows during training.</summary>
public enum DecoderConstraint
{
    /// <summary>Nothing: norms enter the loss or the choice of latents instead (SAELens v6).</summary>
    None,
    /// <summary>Unit length after each step, with the gradient's part along the row taken out before it (dictionary_learning, OpenAI).</summary>
    UnitNorm,
}
