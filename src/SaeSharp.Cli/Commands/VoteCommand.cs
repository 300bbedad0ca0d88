using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Labelling;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae vote SAE N --vote up</c></summary>
internal static class VoteCommand
{
    public static Command Create(Shell shell) => shell.Verb<VoteRequest>("vote", new(["Sae", "Feature"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Vote(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(VoteResult result, Session session, TextWriter output)
    {
        var sheet = session.Sheet("name", ">fits", ">does not", "you say");
        foreach (var label in result.Labels) sheet.Add(label.Text, Figure.Of(label.Up), Figure.Of(label.Down), label.Own == Vote.None ? "–" : label.Own == Vote.Up ? "fits" : "does not");
        if (result.Labels.Count == 0) output.WriteLine($"{Visible.Text(result.Sae)}:{result.Feature} has no name");
        else sheet.Write(output);
    }
}
