using System.Globalization;

namespace SaeSharp.Saes.Training;

/// <summary>A training run cannot go on.</summary>
public sealed class TrainingException : SaeSharpException
{
    private TrainingException(string message, string hint) : base(message, hint) { }

    internal static TrainingException BadActivations(long batch, int skipped) => new(
        $"Batch {batch} (step {batch}) holds activations that are NaN or infinite, expected finite numbers{(skipped > 0 ? $"; {skipped} such batches were skipped before" : "")}.",
        "Run the model in f32 and look at the texts of that batch; the last checkpoint is from before it.");

    internal static TrainingException Diverging(int step, int steps, double error) => new(
        string.Create(CultureInfo.InvariantCulture, $"Training diverges: at step {step} the squared error has been far above the activations' own squares for {steps} steps, now {error:G3} times."),
        "Resume from the last checkpoint, or train again, with a smaller learning rate or a longer warm-up.");

    internal static TrainingException Diverged(int step, double loss, double gradientNorm) => new(
        string.Create(CultureInfo.InvariantCulture, $"Training broke down at step {step}: the loss is {loss} and the gradient norm {gradientNorm}, expected finite numbers."),
        "Resume from the last checkpoint with a smaller learning rate or a longer warm-up.");

    internal static TrainingException NoScale(double norm) => new(
        string.Create(CultureInfo.InvariantCulture, $"The mean norm of the activations is {norm}, expected a finite number above 0."),
        "Look at the activations: they are all zero, or some are NaN or infinite.");

    internal static TrainingException NoCovariance(int dimension, double variance) => new(
        string.Create(CultureInfo.InvariantCulture, $"The activations cannot be whitened: what is left of the variance at dimension {dimension} is {variance:G3}, expected a finite number above 0."),
        "Look at the activations: some are NaN, infinite or of very different sizes.");

    internal static TrainingException OtherRun(string checkpoint, string what, string then, string now) => new(
        $"The checkpoint {checkpoint} was made with {what} {then}, but this run asks for {now}.",
        "Resume with the same options and data, or train into another folder.");
}
