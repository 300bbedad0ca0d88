using SaeSharp.Lab.Training;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Tests.Training;

public class RunLogTests
{
    /// <summary>Whole logs, one cut off in its last line, one whose last lines are longer than what is read at a time, and none.</summary>
    [Theory, InlineData(0, ""), InlineData(1, ""), InlineData(1, "{\"step\":"), InlineData(300, ""), InlineData(300, "{\"step\":7"), InlineData(300, "long"), InlineData(0, "{"), InlineData(0, "long")]
    public void The_last_line_is_found_from_the_end(int lines, string tail)
    {
        using var folder = new TemporaryFolder();
        using (var log = new RunLog(folder.Path, 0, lines))
            for (var step = 0; step < lines; step++) log.Add(Report(step));
        File.AppendAllText(folder[RunLog.FileName], tail == "long" ? $"\n\n{new string('{', 20_000)}\n{new string('x', 9_000)}" : tail);
        Assert.Equal(RunLog.Read(folder.Path).LastOrDefault(), RunLog.Last(folder.Path));
        Assert.Equal(lines > 0 ? lines - 1 : null, RunLog.Last(folder.Path)?.Step);
    }

    [Fact]
    public void A_run_without_a_log_has_no_last_line()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(RunLog.Last(folder.Path));
    }

    private static StepReport Report(int step) => new()
    {
        Step = step, Loss = 1, Mse = 1, SparsityLoss = 0, AuxLoss = 0, Coefficient = 0, L0 = 3, ExplainedVariance = 0.5, Dead = 0, GradientNorm = double.NaN, LearningRate = 1e-3, BadBatches = 0, Tokens = step, TotalTokens = 300,
    };
}
