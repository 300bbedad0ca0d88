using System.Diagnostics;
using System.Globalization;
using SaeSharp.Lab.Training;
using SaeSharp.Models.Training;

namespace SaeSharp.Lab.LanguageModels;

/// <summary>What a training will take, told before it begins; what the machine cannot hold is refused.</summary>
/// <remarks>Time and activations are those of a trial: gradients of one sequence of the recipe's context, taken twice, of which the second counts. It leaves no trace: gradients are cleared.</remarks>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="Bytes">Memory.</param>
internal sealed record LanguageCost(double Seconds, double Bytes)
{
    private const int CopiesOfWeights = 4, TrialRows = 256;
    private const double GiB = 1 << 30;

    public string Text => string.Create(CultureInfo.InvariantCulture, $"about {(Seconds < 90 ? $"{Seconds:N0} s" : $"{TimeSpan.FromSeconds(Seconds):h\\:mm\\:ss} h")} and {Bytes / GiB:N2} GiB of {TrainingCost.MemoryAtHand / GiB:N1} GiB");

    public static LanguageCost Of(DifferentiableTransformer model, LanguageRecipe recipe)
    {
        var weights = (double)model.ParameterCount * CopiesOfWeights * sizeof(float);
        Require(weights);
        var batch = new TrainingBatch(recipe.Context);
        var ids = new int[recipe.Context];
        for (var row = 0; row < Math.Min(recipe.Rows, Math.Max(TrialRows, recipe.Context)); row += recipe.Context) batch.Add(ids, ids);
        _ = model.LossAndGradients(batch, 1);
        var clock = Stopwatch.StartNew();
        _ = model.LossAndGradients(batch, 1);
        var seconds = clock.Elapsed.TotalSeconds;
        model.ClearGradients();
        return new(seconds / batch.Rows * recipe.RowsOfStep * recipe.Options.Steps, weights + model.ActivationBytes / (double)batch.Rows * recipe.Rows);
    }

    /// <summary>Throws where the machine has not the memory.</summary>
    public void Require() => Require(Bytes);

    private static void Require(double bytes)
    {
        if (bytes > TrainingCost.MemoryAtHand) throw LabException.TooLarge("This training", bytes, TrainingCost.MemoryAtHand, "Train a smaller model, or give less to --batch and more to --accumulate.");
    }
}
