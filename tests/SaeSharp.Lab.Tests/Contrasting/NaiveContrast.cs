using SaeSharp.Lab.Contrasting;

namespace SaeSharp.Lab.Tests.Contrasting;

/// <summary>The same figures from dense columns, by definition: every pair of prompts is compared, every relabelling counted.</summary>
internal sealed class NaiveContrast(double[][] columns, PromptSplit split)
{
    private readonly double[][] _ranks = [.. columns.Select(Ranks)];

    public double Auroc(int feature, ReadOnlySpan<sbyte> side)
    {
        var (won, pairs) = (0.0, 0);
        for (var i = 0; i < side.Length; i++)
        {
            for (var j = 0; j < side.Length; j++)
            {
                if (side[i] <= 0 || side[j] >= 0) continue;
                won += Won(columns[feature][i], columns[feature][j]);
                pairs++;
            }
        }
        return won / pairs;
    }

    /// <summary>DeLong's: the variance of each prompt's share of won pairs, over each set.</summary>
    public double Error(int feature)
    {
        var x = columns[feature];
        double[] a = [.. Enumerable.Range(0, split.A).Select(i => Enumerable.Range(split.A, split.B).Average(j => Won(x[i], x[j])))];
        double[] b = [.. Enumerable.Range(split.A, split.B).Select(j => Enumerable.Range(0, split.A).Average(i => Won(x[i], x[j])))];
        return Math.Sqrt(Variance(a) / a.Length + Variance(b) / b.Length);
    }

    /// <summary>Distance of A's rank sum from its mean, in standard deviations, under labels that <paramref name="isA"/> tells.</summary>
    public (double Distance, double Deviation) Deviation(int feature, Func<int, bool> isA)
    {
        var ranks = _ranks[feature];
        var sum = Enumerable.Range(0, ranks.Length).Where(isA).Sum(prompt => ranks[prompt]);
        double n = ranks.Length, mean, variance;
        if (split.IsPaired)
        {
            mean = ranks.Sum() / 2;
            variance = Enumerable.Range(0, split.A).Sum(pair => Math.Pow(ranks[pair] - ranks[pair + split.A], 2) / 4);
        }
        else
        {
            mean = split.A * ranks.Average();
            variance = split.A * split.B / n * Variance(ranks);
        }
        return (Math.Abs(sum - mean), variance > 1e-9 ? Math.Abs(sum - mean) / Math.Sqrt(variance) : 0);
    }

    private static double Won(double a, double b) => a > b ? 1 : a == b ? 0.5 : 0;

    private static double Variance(double[] values) => values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1);

    private static double[] Ranks(double[] x) => [.. x.Select(value => x.Count(other => other < value) + (x.Count(other => other == value) + 1) / 2.0)];
}
