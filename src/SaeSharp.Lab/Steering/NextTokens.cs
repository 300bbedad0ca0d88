using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>How two runs differ in what they would say next.</summary>
internal static class NextTokens
{
    private const int Shown = 10; // of each run

    /// <summary>KL(before ‖ after) of the last row, nats, and the likeliest tokens of both. Turns the logits into log-probabilities.</summary>
    public static (double Kl, IReadOnlyList<NextToken> Tokens) Compare(Tensor before, Tensor after, LanguageModel model)
    {
        LogitLoss.Normalise(before);
        LogitLoss.Normalise(after);
        var (p, q) = (before.Row<float>(before.RowCount - 1).ToArray(), after.Row<float>(after.RowCount - 1).ToArray());
        var ids = Likeliest(p).Union(Likeliest(q)).OrderByDescending(id => Math.Max(p[id], q[id])).ThenBy(id => id);
        return (LogitLoss.Divergence(before, after, [before.RowCount - 1]), [.. ids.Select(id => new NextToken(id, model.TokenText(id), Math.Exp(p[id]), Math.Exp(q[id])))]);
    }

    private static IEnumerable<int> Likeliest(float[] logProbabilities) =>
        logProbabilities.Index().OrderByDescending(entry => entry.Item).ThenBy(entry => entry.Index).Take(Shown).Select(entry => entry.Index);
}
