using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Training;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae train MODEL --hook H --texts FILE</c></summary>
internal static class TrainCommand
{
    public static Command Create(Shell shell) => shell.Verb<TrainRequest>("train", new(["Model"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Train(request, progress, cancel), (result, output) =>
        {
            Print(result, session, output);
            output.WriteLine($"{Figure.Of(result.Seconds)} s, {Figure.Of(result.TokensPerSecond)} tokens/s; held-out figures: sae eval");
        }));

    public static void Print(TrainResult result, Session session, TextWriter output)
    {
        var sheet = session.Sheet("SAE", ">steps", ">tokens", ">loss", ">FVU (training)", ">L0", ">dead");
        foreach (var sae in result.Saes) sheet.Add(sae.Name, Figure.Of(sae.Steps), Figure.Of(sae.Tokens), Figure.Of(sae.Loss), Figure.Of(sae.Fvu), Figure.Of(sae.L0), Figure.Of(sae.Dead));
        sheet.Write(output);
    }
}
