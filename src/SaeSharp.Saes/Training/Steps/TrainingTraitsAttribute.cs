namespace SaeSharp.Saes.Training.Steps;

/// <summary>What has to be known of an architecture before a step of it is made.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TrainingTraitsAttribute : Attribute
{
    /// <summary>Whether latents are counted over a whole batch, so that k may be a fraction.</summary>
    public bool CountsOverBatch { get; init; }

    /// <summary>Whether a row of a batch holds two activations, a token's and that of the next.</summary>
    public bool ReadsPairs { get; init; }

    /// <summary>The learning rate that suits it, as a share of that of topk.</summary>
    public double RateShare { get; init; } = 1;

    /// <summary>Whether latents are taken one after another, each off what the others left, until k are.</summary>
    public bool Pursues { get; init; }
}
