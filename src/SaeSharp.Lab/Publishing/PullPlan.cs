using System.IO.Enumeration;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Releases;
using SaeSharp.Models.Hub;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Publishing;

/// <summary>What a pull is to fetch.</summary>
/// <param name="Kind">What the files are.</param>
/// <param name="Names">What they will be called by; for data sets their folders, once they are known.</param>
/// <param name="Files">The files.</param>
/// <param name="Loader">The loader of SAEs; null for anything else.</param>
internal sealed record PullPlan(PulledKind Kind, IReadOnlyList<string> Names, IReadOnlyList<HubFile> Files, string? Loader = null)
{
    private const string SaeMark = "cfg.json";

    /// <summary>Files that make a folder something: they come last, so that nobody takes half for whole.</summary>
    public static bool ComesLast(HubFile file) => file.Path.Name is SaeMark or ModelFiles.Mark;

    /// <summary>Files that fit one of the patterns.</summary>
    public static PullPlan ByPattern(HubId id, HubListing listing, IReadOnlyList<string> patterns, string name)
    {
        HubFile[] files = [.. listing.Files.Where(file => patterns.Any(pattern => Fits(pattern, file)))];
        return files.Length > 0 ? new(PulledKind.Files, [name], files) : throw HubException.NothingToFetch(id, $"file that fits {string.Join(" or ", patterns)}", listing.Files.Select(file => file.Path.Text));
    }

    /// <summary>The SAEs of a release: one, or all.</summary>
    public static PullPlan Release(HubId id, HubListing listing, SaeRelease release, ReleasedSae? only)
    {
        var files = new List<HubFile>();
        foreach (var sae in only is null ? release.Saes : [only])
        {
            var own = ReleaseLoaders.Files(listing, release.Loader, sae.Path);
            if (own.Count == 0) throw HubException.NothingToFetch(id, $"'{sae.Path}', where the directory of releases has {sae.Name}", listing.Files.Select(file => file.Path.Text));
            files.AddRange(own);
        }
        return new(PulledKind.Saes, only is null ? [.. release.Saes.Select(sae => sae.Name)] : [only.Name], [.. files.DistinctBy(file => file.Path)], release.Loader);
    }

    /// <summary>What a repository holds: a model, or SAEs (those under <paramref name="folder"/>).</summary>
    public static PullPlan Repository(HubId id, HubListing listing, string folder, string name, ReleaseDirectory directory)
    {
        if (folder.Length == 0 && ModelFiles.Of(listing) is { } model) return new(PulledKind.Model, [name], model);
        if (directory.At(id.Repository, folder) is { } known && ReleaseLoaders.Files(listing, known.Release.Loader, folder) is { Count: > 0 } files)
            return new(PulledKind.Saes, [name], files, known.Release.Loader);
        if (Folders([SaeMark]) is { Length: > 0 } folders) return Saes(folders);
        if (directory.In(id.Repository).ToList() is { Count: > 0 } releases)
            throw LabException.Several($"{id} holds the SAEs of {(releases.Count == 1 ? "the release" : $"{releases.Count} releases")}", releases, $"Fetch one of their SAEs by its name: sae pull {releases[0]}/ID; sae search --releases {releases[0]} lists them.");
        if (Folders(SaeFolder.MarkingFiles) is { Length: > 0 } others) return Saes(others);
        throw HubException.NothingToFetch(id, folder.Length == 0 ? "model (config.json and weights) and no SAE (cfg.json)" : $"SAE at '{folder}'", listing.Files.Select(file => file.Path.Text));

        string[] Folders(IReadOnlyList<string> marks) => [.. listing.Files.Where(file => marks.Contains(file.Path.Name) && IsUnder(file.Path.Folder, folder)).Select(file => file.Path.Folder).Distinct()];

        PullPlan Saes(string[] found)
        {
            var top = folder.Length == 0 ? name : name[..^(folder.Length + 1)];
            return new(PulledKind.Saes, [.. found.Select(one => one.Length == 0 ? top : $"{top}/{one}")], [.. found.SelectMany(one => ReleaseLoaders.Files(listing, LayoutOf(listing, one), one)).DistinctBy(file => file.Path)], ReleaseLoaders.SaeLens);
        }
    }

    /// <summary>The loader whose files lie in more than the folder itself.</summary>
    private static string LayoutOf(HubListing listing, string folder) => listing.Files.Any(file => file.Path.Folder == folder && file.Path.Name == "hyperparams.json") ? "llama_scope" : ReleaseLoaders.SaeLens;

    private static bool IsUnder(string folder, string top) => top.Length == 0 || folder == top || folder.StartsWith($"{top}/", StringComparison.Ordinal);

    private static bool Fits(string pattern, HubFile file) => FileSystemName.MatchesSimpleExpression(pattern.EndsWith('/') ? $"{pattern}*" : pattern, file.Path.Text, ignoreCase: false);
}
