using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Tests.Probing;

/// <summary>What holds for probes and their scores without any model.</summary>
public class ProbeLaws
{
    private static readonly bool[] Labels = [.. Enumerable.Range(0, 40).Select(i => i % 3 == 0)];

    private static ProbeRows Rows(int columns, double scale = 1)
    {
        var rows = new ProbeRows(columns);
        for (var row = 0; row < Labels.Length; row++) rows.Add([.. Enumerable.Range(0, columns).Select(column => scale * Math.Max(0, Math.Sin(row * 7 + column * 3) + (Labels[row] && column < 2 ? 0.5 : 0)))]);
        return rows;
    }

    [Theory, InlineData(3, 1.0), InlineData(60, 1.0), InlineData(12, 300.0)]
    public void At_the_optimum_the_gradient_is_zero(int columns, double scale)
    {
        var x = Rows(columns, scale);
        var fit = LogisticRegression.Fit(x, Labels, 0.7);
        var (gradient, slope) = ((double[])fit.Weights.Clone(), 0.0);
        var scores = fit.Scores(x);
        for (var row = 0; row < x.Rows; row++)
        {
            var residual = 0.7 * (1 / (1 + Math.Exp(-scores[row])) - (Labels[row] ? 1 : 0));
            x.AddTo(row, residual, gradient);
            slope += residual;
        }
        Assert.All(gradient.Append(slope), value => Assert.Equal(0, value, 1e-8));
    }

    [Fact]
    public void Turning_the_labels_turns_the_probe()
    {
        var (fit, turned) = (LogisticRegression.Fit(Rows(8), Labels, 1), LogisticRegression.Fit(Rows(8), [.. Labels.Select(label => !label)], 1));
        Assert.All(fit.Weights.Zip(turned.Weights), pair => Assert.Equal(pair.First, -pair.Second, 1e-9));
        Assert.Equal(fit.Intercept, -turned.Intercept, 1e-9);
    }

    [Fact]
    public void One_class_or_a_number_that_is_not_finite_is_refused()
    {
        Assert.Throws<OptionException>(() => LogisticRegression.Fit(Rows(2), new bool[40], 1));
        Assert.Throws<ArgumentException>(() => new ProbeRows(1).Add([double.NaN]));
        Assert.Throws<ArgumentException>(() => new RankedScores([double.NaN, 1], [false, true]));
        Assert.Throws<ArgumentException>(() => new RankedScores([1], [false, true]));
        Assert.Null(new RankedScores([0.1, 0.2], [true, true]).Auroc);
    }

    [Fact]
    public void Scores_worked_by_hand_are_right()
    {
        var scores = new RankedScores([2, 1, -1, 1, -2], [true, true, true, false, false]); // pairs: 2>1, 2>−2, 1=1, 1>−2, −1<1, −1>−2
        Assert.Equal(4.5 / 6, scores.Auroc!.Value, 1e-15);
        Assert.Equal(3.0 / 5, scores.Accuracy, 1e-15);
        Assert.Equal(2.0 / 3, scores.F1, 1e-15); // precision 2/3, recall 2/3
        var all = new RankedScores([1, 1, -1, -1], [true, true, false, false]).AccuracyEstimate;
        Assert.Equal((1, 1), (all.Value, all.High));
        Assert.Equal(4 / (4 + 3.841458820694124), all.Low, 1e-9); // Wilson: n/(n + z²)
    }

    [Fact]
    public void Constant_scores_have_an_area_of_one_half_and_no_interval()
    {
        var (_, auroc) = new RankedScores(new double[40], Labels).Bootstrap(1);
        Assert.Equal(new Estimate(0.5, 0.5, 0.5), auroc);
    }
}
