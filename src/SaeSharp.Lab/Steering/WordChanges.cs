using SaeSharp.Lab.Library;
using SaeSharp.Lab.Searching;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>What becomes of chosen tokens' logits at the last prompt token.</summary>
internal static class WordChanges
{
    /// <summary>One entry a token; the logits are left as they are.</summary>
    public static IReadOnlyList<WordChange> Of(IReadOnlyList<string> words, Tensor before, Tensor after, LanguageModel model)
    {
        if (words.Count == 0) return [];
        var (p, q) = (Row(before), Row(after));
        var (sumP, sumQ) = (LogSum(p), LogSum(q));
        return
        [
            // Of two spellings, with and without a space before, the one that is likelier without edits is meant.
            .. words.Select(word => LogitSearch.Spellings(word, model).MaxBy(id => p[id])).Distinct()
                .Select(id => new WordChange(id, model.TokenText(id), p[id], q[id], Math.Exp(p[id] - sumP), Math.Exp(q[id] - sumQ), Rank(p, id), Rank(q, id))),
        ];
    }

    private static float[] Row(Tensor logits) => logits.Row<float>(logits.RowCount - 1).ToArray();

    private static int Rank(float[] logits, int id) => 1 + logits.Count(logit => logit > logits[id]);

    private static double LogSum(float[] logits)
    {
        double max = logits.Max();
        return max + Math.Log(logits.Sum(logit => Math.Exp(logit - max)));
    }
}
