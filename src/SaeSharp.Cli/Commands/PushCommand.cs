using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Publishing;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae push SAE OWNER/NAME</c></summary>
internal static class PushCommand
{
    public static Command Create(Shell shell) => shell.Verb<PushRequest>("push", new(["Sae", "Repository"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Push(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(PushResult result, Session session, TextWriter output)
    {
        var sheet = session.Sheet("file", ">size");
        foreach (var file in result.Files) sheet.Add(file.Path, Figure.Bytes(file.Bytes ?? 0));
        sheet.Write(output);
        if (result.Commit is { } commit) output.WriteLine($"{result.Repository} at {commit}; others fetch it with: sae pull {result.Name}");
        else output.WriteLine($"would go to {result.Repository}, with this card:\n\n{Visible.Lines(result.Card)}");
    }
}
