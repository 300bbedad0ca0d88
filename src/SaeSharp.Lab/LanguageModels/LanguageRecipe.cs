using System.Globalization;
using SaeSharp.Lab.Library;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.LanguageModels;

/// <summary>Everything that decides what a training gives, beside the first weights and the documents: a <see cref="LanguageRun"/> of the same recipe on the same documents gives the same bits.</summary>
public sealed record LanguageRecipe
{
    /// <summary>How it learns.</summary>
    public required LanguageTrainingOptions Options { get; init; }

    /// <summary>Most rows of a sequence.</summary>
    public required int Context { get; init => field = OptionException.Positive(value, "--context"); }

    /// <summary>Sequences of that length in a batch.</summary>
    public int Batch { get; init => field = OptionException.Positive(value, "--batch"); } = 16;

    /// <summary>Batches of a step.</summary>
    public int Accumulate { get; init => field = OptionException.Positive(value, "--accumulate"); } = 1;

    /// <summary>The token of rows that stay empty, of no consequence.</summary>
    public int FillId { get; init; }

    /// <summary>What the documents are, in words or as a hash: a checkpoint of other documents is refused.</summary>
    public required string Source { get; init; }

    /// <summary>Times the validation loss is measured.</summary>
    public int Validations { get; init => field = OptionException.NotNegative(value, "--validations"); } = 10;

    /// <summary>Steps between two checkpoints; 0 for one only when interrupted.</summary>
    public int CheckpointEvery { get; init => field = OptionException.NotNegative(value, "--checkpoint-every"); } = 200;

    /// <summary>Rows of a batch.</summary>
    public int Rows => checked(Batch * Context);

    /// <summary>Rows of a step.</summary>
    public long RowsOfStep => (long)Rows * Accumulate;

    /// <summary>Steps that take in so many tokens.</summary>
    public static int StepsFor(long tokens, int context, int batch, int accumulate)
    {
        var rows = (long)OptionException.Positive(context, "--context") * OptionException.Positive(batch, "--batch") * OptionException.Positive(accumulate, "--accumulate");
        var steps = (OptionException.Positive(tokens, "--tokens") + rows - 1) / rows;
        return steps <= int.MaxValue ? (int)steps : throw OptionException.Invalid($"--tokens is {tokens}, which is more than {int.MaxValue} steps.", "Give fewer, or a larger --batch.");
    }

    /// <summary>What a checkpoint must have been made with to go on from it: all that decides the bits.</summary>
    internal string Mark(DifferentiableTransformer model, int firstWeights) => ContentHash.OfText(string.Create(
        CultureInfo.InvariantCulture, $"{Options} {Context} {Batch} {Accumulate} {FillId} {Source} {model.Type} {firstWeights} {model.Config.Json}"));
}
