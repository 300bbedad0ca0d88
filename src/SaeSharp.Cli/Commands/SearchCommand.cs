using System.CommandLine;
using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Releases;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae search --releases WORDS</c></summary>
internal static class SearchCommand
{
    public static Command Create(Shell shell) => shell.Verb<ReleasesRequest>("search", new([]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Releases(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(ReleasesResult result, Session session, TextWriter output)
    {
        if (result.Saes.Count == 0) Print(result.Releases, session, output);
        else Print(result.Releases[0], result.Saes, session, output);
    }

    private static void Print(IReadOnlyList<ReleaseInfo> releases, Session session, TextWriter output)
    {
        var sheet = session.Sheet("release", "model", "hooks", "layers", "width", ">SAEs", "loader", ">L0 claimed", ">expl. var. claimed", "repository");
        foreach (var release in releases)
            sheet.Add(release.Release, release.Model, string.Join(", ", release.Hooks), Layers(release.Layers), string.Join(", ", release.Widths), Figure.Of(release.Saes),
                release.CanBeRead ? release.Loader : $"{release.Loader} (not read)", Range(release.ClaimedL0), Range(release.ClaimedExplainedVariance), release.Repository);
        sheet.Write(output);
    }

    private static void Print(ReleaseInfo release, IReadOnlyList<ReleasedSaeInfo> saes, Session session, TextWriter output)
    {
        output.WriteLine($"{release.Release} for {release.Model} in {release.Repository}, loader {release.Loader}{(release.CanBeRead ? "" : ", which this version does not read")}{InfoCommand.Words(release.Processing)}");
        var sheet = session.Sheet("name for sae pull", ">layer", "hook", "width", ">L0 claimed", ">expl. var. claimed", "here", "neuronpedia");
        foreach (var sae in saes)
            sheet.Add(sae.Name, sae.Layer?.ToString(CultureInfo.InvariantCulture) ?? "–", sae.Hook ?? "–", sae.Width ?? "–", Figure.Of(sae.ClaimedL0), Figure.Of(sae.ClaimedExplainedVariance), sae.IsHere ? "yes" : "", sae.Neuronpedia ?? "");
        sheet.Write(output);
    }

    /// <summary>0–11, or 12, 24, 31.</summary>
    private static string Layers(IReadOnlyList<int> layers) => layers.Count > 2 && layers[^1] - layers[0] == layers.Count - 1 ? $"{layers[0]}–{layers[^1]}" : string.Join(", ", layers);

    private static string Range(IReadOnlyList<double>? range) => range is not [var least, var most] ? "–" : least == most ? Figure.Of(least) : $"{Figure.Of(least)}–{Figure.Of(most)}";
}
