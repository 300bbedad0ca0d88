using System.CommandLine;
using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Labelling;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae list [NAME] --add SAE:N</c></summary>
internal static class ListCommand
{
    public static Command Create(Shell shell)
    {
        var csv = new Option<bool>("--csv") { Description = "Print the list as a .csv table." };
        var command = shell.Verb<ListRequest>("list", new(["Name?"]), (session, request, parsed, cancel) =>
            session.Show(progress => session.Workspace.Lists(request, progress, cancel), (result, output) => Print(request, result, parsed.GetValue(csv), session, output)));
        command.Add(csv);
        return command;
    }

    private static void Print(ListRequest request, ListsResult result, bool csv, Session session, TextWriter output)
    {
        if (csv && request.Name is not null) output.Write(string.Concat(result.Lists.Select(list => list.Csv())));
        else if (request.Name is null) PrintAll(result, session, output);
        else foreach (var list in result.Lists) PrintOne(list, session, output);
    }

    private static void PrintAll(ListsResult result, Session session, TextWriter output)
    {
        if (result.Lists.Count == 0) output.WriteLine("No list yet: sae list NAME --add SAE:N");
        var sheet = session.Sheet("list", ">features", "changed, UTC");
        foreach (var list in result.Lists) sheet.Add(list.Name, Figure.Of(list.Count), list.Changed.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        if (result.Lists.Count > 0) sheet.Write(output);
    }

    private static void PrintOne(FeatureList list, Session session, TextWriter output)
    {
        var sheet = session.Sheet(">place", "feature", "label");
        foreach (var (i, feature) in list.Features.Index()) sheet.Add(Figure.Of(i + 1), $"{feature.Sae}:{feature.Feature}", feature.Label ?? "–");
        sheet.Write(output);
    }
}
