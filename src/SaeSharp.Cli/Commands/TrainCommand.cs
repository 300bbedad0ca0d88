using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Training;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae train MODEL --hook H --texts FILE</c></summary>
internal static class TrainCommand
{
    private const int RatesShown = 25, BarWidth = 40;

    public static Command Create(Shell shell)
    {
        var find = new Option<bool>("--find-lr") { Description = "Try learning rates instead of training: the rate rises from step to step over five powers of ten, on the same activations. Prints the losses and a rate to give to --lr; nothing is trained or saved." };
        var command = shell.Verb<TrainRequest>("train", new(["Model"]), (session, request, parsed, cancel) => parsed.GetValue(find)
            ? session.Show(progress => session.Workspace.FindRates(request, progress, cancel), (result, output) => Print(result, session, output))
            : session.Show(progress => session.Workspace.Train(request, progress, cancel), (result, output) =>
            {
                Print(result, session, output);
                output.WriteLine($"{Figure.Of(result.Seconds)} s, {Figure.Of(result.TokensPerSecond)} tokens/s; held-out figures: sae eval");
            }));
        command.Add(find);
        return command;
    }

    public static void Print(TrainResult result, Session session, TextWriter output)
    {
        var sheet = session.Sheet("SAE", ">steps", ">tokens", ">loss", ">FVU (training)", ">L0", ">dead");
        foreach (var sae in result.Saes) sheet.Add(sae.Name, Figure.Of(sae.Steps), Figure.Of(sae.Tokens), Figure.Of(sae.Loss), Figure.Of(sae.Fvu), Figure.Of(sae.L0), Figure.Of(sae.Dead));
        sheet.Write(output);
    }

    private static void Print(RateResult result, Session session, TextWriter output)
    {
        foreach (var sae in result.Saes)
        {
            var sheet = session.Sheet(">lr", ">loss", ">smoothed", "");
            var most = sae.Points.Count > 0 ? sae.Points.Max(point => point.Smoothed) : 0;
            foreach (var point in sae.Points.Where((_, i) => i % Math.Max(1, sae.Points.Count / RatesShown) == 0 || i == sae.Points.Count - 1))
                sheet.Add(Figure.Of(point.Rate), Figure.Of(point.Loss), Figure.Of(point.Smoothed), new string('#', most > 0 ? (int)Math.Round(BarWidth * point.Smoothed / most) : 0));
            sheet.Write(output);
            output.WriteLine($"{sae.Label}: lowest loss at {Figure.Of(sae.Lowest)}, steepest at {Figure.Of(sae.Steepest)}; try --lr {Figure.Of(sae.Suggested)} (without it: {Figure.Of(sae.Planned)})");
        }
    }
}
