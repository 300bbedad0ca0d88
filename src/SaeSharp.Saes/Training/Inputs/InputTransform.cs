using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Training.Inputs;

/// <summary>What is done to activations before the SAE sees them, and taken back from the finished weights so that they read raw activations.</summary>
internal abstract class InputTransform
{
    /// <summary>Whether it has been estimated, or needs not be.</summary>
    public abstract bool IsFitted { get; }

    /// <summary>What a checkpoint keeps of it. Written in place when a run resumes.</summary>
    public virtual IEnumerable<(string Name, Tensor Tensor)> State => [];

    public static InputTransform Create(StepSetting setting) => setting.Options.Input.Normalisation switch
    {
        InputNormalisation.None => new Untransformed(),
        InputNormalisation.MeanNorm or InputNormalisation.MeanSquare when setting.Parts.Length > 1 => new ScaledParts(setting),
        InputNormalisation.MeanNorm or InputNormalisation.MeanSquare => new ScaledInput(setting),
        InputNormalisation.Whitening when setting.Parts.Length > 1 => throw OptionException.Invalid("Whitening is of one hook, and these rows hold several.", $"Use {nameof(InputNormalisation.MeanNorm)}, which scales each hook on its own."),
        InputNormalisation.Whitening => new WhitenedInput(setting),
        InputNormalisation.ConstantNorm or InputNormalisation.LayerNorm => new NormalisedRows(setting),
        InputNormalisation.ConstantScalar when setting.Parts.Length == 1 => new ScaledInput(setting) { Scale = setting.Options.Input.Factor },
        InputNormalisation.ConstantScalar => throw OptionException.Invalid("One scalar is of one hook, and these rows hold several.", $"Use {nameof(InputNormalisation.MeanNorm)}, which scales each hook on its own."),
        var other => throw OptionException.Invalid($"The normalisation {other} is not known.", $"Known are: {string.Join(", ", Enum.GetNames<InputNormalisation>())}."),
    };

    /// <summary>Estimates it from the first batches of <paramref name="source"/>, or from all of an epoch.</summary>
    /// <exception cref="TrainingException">The activations have no scale.</exception>
    public virtual void Fit(ActivationSource source, CancellationToken cancel) { }

    /// <summary>Batches to estimate from: those that were asked for, or all of an epoch.</summary>
    protected static long Batches(StepSetting setting, ActivationSource source) =>
        setting.Options.Input.Batches == 0 ? Math.Max(1, source.TokensPerEpoch / source.BatchSize) : setting.Options.Input.Batches;

    /// <summary>Transforms [batch, width] in place.</summary>
    public virtual void Apply(Tensor x) { }

    /// <summary>The SAE for raw activations, when <paramref name="sae"/> was trained on transformed ones.</summary>
    public virtual SparseAutoencoder Fold(SparseAutoencoder sae) => sae;

    /// <summary>The SAE for transformed activations, when <paramref name="sae"/> reads raw ones.</summary>
    public virtual SparseAutoencoder Unfold(SparseAutoencoder sae) => sae;
}
