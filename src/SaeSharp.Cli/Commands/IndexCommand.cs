using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae index [SAE,SAE...] --model M --texts FILE</c>, <c>sae index merge PART PART ...</c></summary>
internal static class IndexCommand
{
    public static Command Create(Shell shell)
    {
        var command = shell.Verb<IndexRequest>("index", new(["Sae?"]), (session, request, cancel) => session.Show(progress => session.Workspace.Index(request, progress, cancel), Print));
        command.Add(shell.Verb<IndexMergeRequest>("merge", new(["Parts"]), (session, request, cancel) => session.Show(progress => session.Workspace.MergeIndexes(request, progress, cancel), Print)));
        return command;
    }

    public static void Print(IndexedSae result, TextWriter output)
    {
        output.WriteLine($"index   {Visible.Text(result.Index.Name)}");
        output.WriteLine($"counts  {Figure.Of(result.Alive)} of {Figure.Of(result.Index.DSae)} features fire on {Figure.Of(result.Index.Tokens)} tokens, {Figure.Of(result.Dense)} on more than a tenth; L0 {Figure.Of(result.L0)}");
    }

    private static void Print(IndexResult result, TextWriter output)
    {
        foreach (var sae in result.Saes) Print(sae, output);
        output.WriteLine($"time    {Figure.Of(result.Seconds)} s, {Figure.Of(result.TokensPerSecond)} tokens/s");
    }
}
