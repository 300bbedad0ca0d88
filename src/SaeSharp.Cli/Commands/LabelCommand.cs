using System.CommandLine;
using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Labelling;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae label SAE N --label TEXT</c></summary>
internal static class LabelCommand
{
    public static Command Create(Shell shell) => shell.Verb<LabelRequest>("label", new(["Sae?", "Feature?"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Label(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(LabelResult result, Session session, TextWriter output)
    {
        var sheet = session.Sheet("feature", "label", "bookmark", "changed, UTC", "note");
        foreach (var remark in result.Features)
            sheet.Add($"{remark.Sae}:{remark.Feature}", remark.Label ?? "–", remark.Bookmarked ? "yes" : "", remark.Changed?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "–", remark.Note ?? "");
        sheet.Write(output);
    }
}
