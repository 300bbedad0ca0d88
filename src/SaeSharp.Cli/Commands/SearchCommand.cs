using System.CommandLine;
using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Releases;
using SaeSharp.Lab.Searching;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae search --label WORDS | --text TEXT | --says TOKEN | --like SAE:N | --releases WORDS</c></summary>
internal static class SearchCommand
{
    public static Command Create(Shell shell) => shell.Verb<SearchRequest>("search", new([]), (session, request, cancel) => request.Releases is { } releases
        ? session.Show(progress => session.Workspace.Releases(new() { Releases = releases }, progress, cancel), (result, output) => Print(result, session, output))
        : session.Show(progress => session.Workspace.Search(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(SearchResult result, Session session, TextWriter output)
    {
        foreach (var note in result.Notes) output.WriteLine($"note: {Visible.Text(note)}");
        output.WriteLine($"{Figure.Of(result.Compared)} features of {result.Saes.Count} SAEs compared in {Figure.Of(1000 * result.Seconds)} ms");
        var what = result.By switch { SearchKind.Says => ">effect", SearchKind.Like => ">cosine", _ => ">score" };
        var sheet = session.Sheet(what, "feature", ">layer", ">fires on", "label", "fires most on", result.By == SearchKind.Says ? "z, rank" : result.By == SearchKind.Text ? "strongest at" : "");
        foreach (var hit in result.Features)
            sheet.Add(Figure.Of(hit.Score), $"{hit.Sae}:{hit.Feature}", hit.Layer?.ToString(CultureInfo.InvariantCulture) ?? "–", Figure.Share(hit.Density), hit.Label ?? "", string.Join(" ", hit.TopTokens), Where(hit, result));
        sheet.Write(output);
    }

    private static string Where(FeatureHit hit, SearchResult result) => hit.Push is { } push ? $"\"{push.Text}\" {Figure.Of(push.Z)}, {push.Rank}"
        : hit.Firings.Index().FirstOrDefault(firing => firing.Item is not null) is (var text, { } first) ? $"{result.Texts[text].Tokens[first.Position].Text} ({Figure.Of(first.Value)})" : "";

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
