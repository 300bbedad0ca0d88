using System.CommandLine;
using System.Diagnostics;
using SaeSharp.Lab;
using SaeSharp.Web;

namespace SaeSharp.Cli.Commands;

/// <summary>Serves the workbench until the user stops it: the end of <c>sae serve</c> and <c>sae try</c>.</summary>
internal sealed class Serving
{
    private readonly Option<int> _port = new("--port")
    {
        Description = $"TCP port on this machine (default: {WebOptions.DefaultPort}); 0 takes a free one.", DefaultValueFactory = _ => WebOptions.DefaultPort, HelpName = "n",
    };

    private readonly Option<bool> _noOpen = new("--no-open") { Description = "Do not open a browser." };

    public void AddOptions(Command command)
    {
        command.Add(_port);
        command.Add(_noOpen);
    }

    public async Task Run(Workspace workspace, ParseResult parsed, Console console, CancellationToken cancel)
    {
        void Listening(Uri address)
        {
            console.Error.WriteLine($"The workbench is at {address} . Stop it with Ctrl+C.");
            if (!parsed.GetValue(_noOpen)) Open(address);
        }
        await WebHost.RunAsync(workspace, new() { Port = parsed.GetValue(_port), Listening = Listening }, cancel);
    }

    /// <summary>Opens a browser where there is a desktop; elsewhere the printed address is enough.</summary>
    private static void Open(Uri address)
    {
        var hasDesktop = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() || Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };
        if (!hasDesktop) return;
        try
        {
            Process.Start(new ProcessStartInfo(address.ToString()) { UseShellExecute = true })?.Dispose();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No program opens addresses here; it is printed above.
        }
    }
}
