using System.CommandLine;
using SaeSharp.Web;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae serve</c></summary>
internal static class ServeCommand
{
    public static Command Create(Shell shell)
    {
        var (port, quiet) = Flags();
        var command = shell.Plain("serve", "Open the workbench on the workspace: pages and HTTP API, on this machine only.", (session, parsed, cancel) =>
            Serve(session, parsed.GetValue(port), !parsed.GetValue(quiet), cancel));
        command.Add(port);
        command.Add(quiet);
        return command;
    }

    /// <summary>The flags that say how to serve.</summary>
    public static (Option<int> Port, Option<bool> Quiet) Flags() => (
        new("--port") { Description = "TCP port on this machine; 0 takes any free one.", HelpName = "N", DefaultValueFactory = _ => WebOptions.DefaultPort },
        new("--no-open", "--no-browser") { Description = "Do not open a browser. None is opened either where nobody would see it: without a terminal or a screen, over SSH, in CI." });

    /// <summary>Serves until interrupted.</summary>
    public static Task Serve(Session session, int port, bool openBrowser, CancellationToken cancel) => WebHost.RunAsync(session.Workspace, new()
    {
        Port = port,
        Listening = address =>
        {
            session.Output.WriteLine(address);
            session.Output.Flush();
            if (openBrowser) DesktopBrowser.Open(address, session.Terminal);
        },
    }, cancel);
}
