using System.CommandLine;
using SaeSharp.Lab.Training;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae try [MODEL --texts FILE]</c>: train, index and serve in one go.</summary>
internal static class TryCommand
{
    public static Command Create(Console console)
    {
        var serving = new Serving();
        var noServe = new Option<bool>("--no-serve") { Description = "Train and index only." };
        var command = Verb.Create<TryRequest, TryResult>(
            console, "try", [nameof(TryRequest.Model)], (workspace, request, progress, cancel) => workspace.Try(request, progress, cancel), Print,
            after: (workspace, _, parsed, cancel) => parsed.GetValue(noServe) ? Task.CompletedTask : serving.Run(workspace, parsed, console, cancel));
        serving.AddOptions(command);
        command.Add(noServe);
        return command;
    }

    private static void Print(TryResult result, TextWriter output)
    {
        TrainCommand.Print(result.Train, output);
        foreach (var index in result.Indexes) IndexCommand.Print(index, output);
    }
}
