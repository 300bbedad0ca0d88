using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Library;
using SaeSharp.Models;

namespace SaeSharp.Lab.Steering;

/// <summary>How a continuation reads to the model that was not steered.</summary>
internal static class TextReading
{
    public static TextFigures Of(LanguageModel model, int[] prompt, IReadOnlyList<int> continuation)
    {
        int[] ids = [.. continuation.Take(model.Transformer.Spec.Context - prompt.Length)];
        return new(ids.Length > 0 ? Losses(model, prompt, ids).Sum() / ids.Length : null, ids.Length > 1 ? Repetition(ids) : null);
    }

    /// <summary>−log p of each of <paramref name="ids"/> behind the prompt, under the model without edits, nats.</summary>
    public static double[] Losses(LanguageModel model, int[] prompt, int[] ids)
    {
        var logits = model.Transformer.Run(TokenBatch.Of([.. prompt, .. ids]), new HookSet(), LogitRows.All)!; // [pos, dVocab]
        LogitLoss.Normalise(logits);
        double[] losses = [.. ids.Select((id, i) => -(double)logits.Row<float>(prompt.Length - 1 + i)[id])];
        logits.Free();
        return losses;
    }

    private static double Repetition(int[] ids)
    {
        var seen = new HashSet<(int, int)>();
        return Enumerable.Range(0, ids.Length - 1).Count(i => !seen.Add((ids[i], ids[i + 1]))) / (double)(ids.Length - 1);
    }
}
