using System.CommandLine;
using System.Text.Json;
using SaeSharp.Lab;

namespace SaeSharp.Cli;

/// <summary>Where a verb's results, progress and global options live.</summary>
internal sealed class Console(TextWriter output, TextWriter error)
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document.", Recursive = true };
    private static readonly Option<string?> Home = new("--home") { Description = "The workspace folder (default: SAESHARP_HOME, or the user's data folder).", Recursive = true, HelpName = "folder" };
    private static readonly Option<int> Threads = new("--threads") { Description = "Compute threads; 0 for one a core.", Recursive = true, HelpName = "n" };

    /// <summary>Results, and nothing else.</summary>
    public TextWriter Output => output;

    /// <summary>Progress and messages.</summary>
    public TextWriter Error => error;

    public void AddOptions(Command root)
    {
        root.Add(Json);
        root.Add(Home);
        root.Add(Threads);
    }

    public bool WantsJson(ParseResult parsed) => parsed.GetValue(Json);

    public Workspace OpenWorkspace(ParseResult parsed) => Workspace.Open(parsed.GetValue(Home), parsed.GetValue(Threads));

    /// <summary>Writes <paramref name="result"/> as one line of JSON.</summary>
    public void PrintJson<T>(T result) => output.WriteLine(JsonSerializer.Serialize(result, LabJson.Options));
}
