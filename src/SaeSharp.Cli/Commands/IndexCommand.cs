using System.CommandLine;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae index SAE --model M --texts FILE</c>.</summary>
internal static class IndexCommand
{
    public static Command Create(Console console) => Verb.Create<IndexRequest, IndexResult>(
        console, "index", [nameof(IndexRequest.Sae)], (workspace, request, progress, cancel) => workspace.Index(request, progress, cancel), Print);

    public static void Print(IndexResult result, TextWriter output)
    {
        output.WriteLine($"{Printable.Text(result.Index.Sae)}: {Printable.Count(result.Index.DSae)} features over {Printable.Count(result.Index.Tokens)} tokens; "
            + $"{Printable.Count(result.Alive)} fire, {Printable.Count(result.Dense)} on more than a tenth of the tokens; L0 {Printable.Number(result.L0)}");
        output.WriteLine($"{Printable.Number(result.Seconds)} s, {Printable.Number(result.TokensPerSecond)} tokens/s → {Printable.Text(result.Index.Path)}");
    }
}
