using System.CommandLine;
using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Training;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae runs [RUN]</c></summary>
internal static class RunsCommand
{
    private const int MostRows = 20;

    public static Command Create(Shell shell) => shell.Verb<RunsRequest>("runs", new(["Run?"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Runs(request, progress, cancel), (result, output) => Print(request, result, session, output)));

    private static void Print(RunsRequest request, RunsResult result, Session session, TextWriter output)
    {
        if (result.Runs.Count == 0) output.WriteLine("No training yet: sae train MODEL --hook H --texts FILE");
        else if (request.Run is null) PrintAll(result, session, output);
        else PrintOne(result.Runs[0], session, output);
    }

    private static void PrintAll(RunsResult result, Session session, TextWriter output)
    {
        var sheet = session.Sheet("run", "status", "model", "hook", "SAE", ">step", ">of", ">FVU", ">L0", ">dead", ">tokens/s");
        foreach (var run in result.Runs)
            sheet.Add(run.Info.Id, run.Status.ToString().ToLowerInvariant(), run.Info.Model, run.Info.Hook, $"{run.Info.Architecture} {Figure.Of(run.Info.DSae)}{(run.Info.K is { } k ? $" k {Figure.Of(k)}" : "")}",
                Figure.Of(run.Last?.Step + 1), Figure.Of(run.Info.Steps), Figure.Of(run.Last?.Fvu), Figure.Of(run.Last?.L0), Figure.Of(run.Last?.Dead), Figure.Of(run.Last?.TokensPerSecond));
        sheet.Write(output);
    }

    private static void PrintOne(RunSummary run, Session session, TextWriter output)
    {
        output.WriteLine($"{run.Info.Model} {run.Info.Hook} → {run.Info.Out}, {run.Status.ToString().ToLowerInvariant()}, started {run.Info.Started.ToString("u", CultureInfo.InvariantCulture)}");
        var points = run.Points ?? [];
        var sheet = session.Sheet(">step", ">tokens", ">loss", ">FVU", ">L0", ">dead", ">lr", ">tokens/s");
        foreach (var point in points.Where((_, i) => i == points.Count - 1 || i % Math.Max(1, points.Count / MostRows) == 0))
            sheet.Add(Figure.Of(point.Step), Figure.Of(point.Tokens), Figure.Of(point.Loss), Figure.Of(point.Fvu), Figure.Of(point.L0), Figure.Of(point.Dead), Figure.Of(point.LearningRate), Figure.Of(point.TokensPerSecond));
        sheet.Write(output);
    }
}
