using System.CommandLine;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae serve</c>: the workbench and the HTTP API over a workspace.</summary>
internal static class ServeCommand
{
    public static Command Create(Console console)
    {
        var shown = new Option<string[]>("--show") { Description = "Models and SAEs to show beside those of the workspace: folders.", AllowMultipleArgumentsPerToken = true, HelpName = "folder" };
        var serving = new Serving();
        var command = new Command("serve", "Serve the workbench and the HTTP API on this machine.") { shown };
        serving.AddOptions(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = console.OpenWorkspace(parsed);
            foreach (var target in parsed.GetValue(shown) ?? []) await workspace.Info(new InfoRequest { Target = target }, null, cancel);
            await serving.Run(workspace, parsed, console, cancel);
            return 0;
        });
        return command;
    }
}
