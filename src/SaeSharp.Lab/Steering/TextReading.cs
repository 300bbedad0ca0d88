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
        return new(ids.Length > 0 ? Loss(model, prompt, ids) : null, ids.Length > 1 ? Repetition(ids) : null);
    }

    private static double Loss(LanguageModel model, int[] prompt, int[] ids)
    {
        var logits = model.Transformer.Run(TokenBatch.Of([.. prompt, .. ids]), new HookSet(), LogitRows.All)!; // [pos, dVocab]
        LogitLoss.Normalise(logits);
        var loss = LogitLoss.CrossEntropy(logits, [.. Enumerable.Range(prompt.Length - 1, ids.Length)], ids) / ids.Length;
        logits.Free();
        return loss;
    }

    private static double Repetition(int[] ids)
    {
        var seen = new HashSet<(int, int)>();
        return Enumerable.Range(0, ids.Length - 1).Count(i => !seen.Add((ids[i], ids[i + 1]))) / (double)(ids.Length - 1);
    }
}
