using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Publishing;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae pull NAME</c></summary>
internal static class PullCommand
{
    private const int MostNames = 12;

    public static Command Create(Shell shell) => shell.Verb<PullRequest>("pull", new(["Target?"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Pull(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(PullResult result, Session session, TextWriter output)
    {
        var sheet = session.Sheet("file", ">size");
        foreach (var file in result.Files) sheet.Add(file.Path, file.Bytes is { } bytes ? Figure.Bytes(bytes) : "–");
        sheet.Write(output);
        output.WriteLine($"{Visible.Text(result.Repository)} at {result.Commit[..12]}: {Figure.Bytes(result.Bytes)}, {Figure.Bytes(result.Fetched)} of it {(result.DryRun ? "to be fetched" : "fetched")}");
        if (result.Refused.Count > 0) output.WriteLine($"never fetched, for their names: {Visible.Text(string.Join(", ", result.Refused))}");
        if (result.DryRun) return;
        output.WriteLine($"in    {Visible.Text(result.Folder)}");
        if (result.LoaderMissing is { } loader) output.WriteLine($"note  this version does not read files of this kind ({loader}) yet");
        else if (result.Kind == PulledKind.Dataset) output.WriteLine($"use   --texts {Visible.Text(string.Join(' ', result.Names))}");
        else if (result.Kind != PulledKind.Files) output.WriteLine($"use   {Visible.Text(string.Join(", ", result.Names.Take(MostNames)))}{(result.Names.Count > MostNames ? $" and {result.Names.Count - MostNames} more" : "")}");
    }
}
