using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Training;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae train MODEL --hook H --texts FILE --arch topk</c>.</summary>
internal static class TrainCommand
{
    public static Command Create(Console console) => Verb.Create<TrainRequest, TrainResult>(
        console, "train", [nameof(TrainRequest.Model)], (workspace, request, progress, cancel) => workspace.Train(request, progress, cancel), Print);

    public static void Print(TrainResult result, TextWriter output)
    {
        TextTable.Write(output, ["sae", "hook", ">steps", ">tokens", ">loss", ">FVU", ">L0", ">dead"], result.Saes.Select(sae => (string[])
            [Printable.Text(sae.Name), sae.Hook, Printable.Count(sae.Steps), Printable.Count(sae.Tokens), Printable.Number(sae.Loss), Printable.Number(sae.Fvu), Printable.Number(sae.L0), Printable.Count(sae.Dead)]));
        output.WriteLine($"{Printable.Number(result.Seconds)} s, {Printable.Number(result.TokensPerSecond)} tokens/s. FVU is of the last training batches; sae eval measures it on text of your choice.");
        foreach (var sae in result.Saes) output.WriteLine($"saved in {Printable.Text(sae.Path)}");
    }
}
