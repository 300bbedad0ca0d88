using System.CommandLine;
using System.Text.Json;
using SaeSharp.Lab;
using SaeSharp.Lab.Training;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae try [MODEL --texts FILE]</c></summary>
internal static class TryCommand
{
    public static Command Create(Shell shell)
    {
        var (port, quiet) = ServeCommand.Flags();
        var stop = new Option<bool>("--no-serve") { Description = "Stop when everything is indexed." };
        var command = shell.Verb<TryRequest>("try", new(["Model?"]), async (session, request, parsed, cancel) =>
        {
            var result = await session.Run(progress => session.Workspace.Try(request, progress, cancel));
            if (session.Json) session.Output.WriteLine(JsonSerializer.Serialize(result, LabJson.Options));
            else
            {
                TrainCommand.Print(result.Train, session, session.Output);
                foreach (var index in result.Indexes) IndexCommand.Print(index, session.Output);
            }
            if (!parsed.GetValue(stop)) await ServeCommand.Serve(session, parsed.GetValue(port), !parsed.GetValue(quiet), cancel);
        });
        command.Add(port);
        command.Add(quiet);
        command.Add(stop);
        return command;
    }
}
