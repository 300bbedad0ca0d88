using SaeSharp.Lab.Releases;
using SaeSharp.Models.Hub;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Library;

/// <summary>Names of what others published, and where it lies in the hub's cache on this machine: repositories, releases of SAEs, short names of models.</summary>
internal sealed class PublishedNames(ReleaseDirectory directory, HubCache cache)
{
    public const string Hub = "hub:", Release = "release:";

    private const string ModelMark = "config.json", SaeMark = "cfg.json";

    public ReleaseDirectory Directory => directory;

    /// <summary>Models in the cache that a name means.</summary>
    public IEnumerable<Place> Models(string name)
    {
        if (IsPath(name))
        {
            if (At(name, ModelMark) is var (found, inside) && inside.Length == 0) yield return new(found.ToString(), Path.GetFullPath(name), $"{Hub}{found}");
            yield break;
        }
        var forced = name.StartsWith(Hub, StringComparison.Ordinal);
        var plain = forced ? name[Hub.Length..] : name;
        if (HubId.TryParse(plain) is { } id && In(id, "", ModelMark) is { } folder) yield return new(plain, folder, $"{Hub}{plain}");
        if (!forced && Short(plain) is { } meant && In(meant, "", ModelMark) is { } there) yield return new(plain, there, $"{Hub}{meant}");
    }

    /// <summary>SAEs in the cache that a name means.</summary>
    public IEnumerable<Place> Saes(string name)
    {
        if (IsPath(name))
        {
            var path = Path.GetFullPath(name);
            if (cache.Owner(path) is var (repository, inside) && new SaeAddress(repository, inside) is var named && Sae(repository, inside, path, named.ToString(), $"{Hub}{named}") is { } here) yield return here;
            yield break;
        }
        if (!name.StartsWith(Hub, StringComparison.Ordinal) && Released(name) is { } sae && FileOf(sae) is { } folder && SaeFolder.Recognises(folder, sae.Origin))
            yield return new(sae.Name, folder, $"{Release}{sae.Name}", sae, sae.Origin);
        if (name.StartsWith(Release, StringComparison.Ordinal)) yield break;
        var plain = name.StartsWith(Hub, StringComparison.Ordinal) ? name[Hub.Length..] : name;
        if (SaeAddress.TryParse(plain) is { } address && Addressed(address, plain) is { } found) yield return found;
    }

    /// <summary>The release a name begins with, and its SAE: that of the id, or the only one.</summary>
    /// <exception cref="LabException">The release has no SAE of that id.</exception>
    public (SaeRelease Release, ReleasedSae? Sae)? FindRelease(string name)
    {
        if (directory.Find(name.StartsWith(Release, StringComparison.Ordinal) ? name[Release.Length..] : name) is not var (release, id)) return null;
        if (id is null) return (release, release.Saes.Count == 1 ? release.Saes[0] : null);
        return (release, release.Saes.FirstOrDefault(sae => sae.Id == id) ?? throw LabException.NoSaeOfRelease(release.Name, id, [.. release.Saes.Select(sae => sae.Id)]));
    }

    /// <summary>Where a released SAE lies in the cache: its folder or file; null where it was not fetched.</summary>
    public string? FileOf(ReleasedSae sae)
    {
        if (cache.Snapshot(HubId.Parse(sae.Release.Repository)) is not { } snapshot || HubPath.TryParse(sae.Path) is not { } path) return null;
        var place = Path.Combine([snapshot, .. path.Text.Split('/')]);
        return File.Exists(place) || System.IO.Directory.Exists(place) || SaeFolder.Recognises(place, sae.Origin) ? place : null;
    }

    /// <summary>The repository that a short name of a model means, at the revision after @ where there is one.</summary>
    public HubId? Short(string name)
    {
        var (alias, revision) = name.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (name[..at], name[(at + 1)..]) : (name, HubId.MainRevision);
        return directory.Repository(alias) is { } repository ? HubId.TryParse($"{repository}@{revision}") : null;
    }

    /// <summary>What sae pull would take for a model of that name; null where the name is none of the hub's.</summary>
    public string? PullableModel(string name)
    {
        var plain = name.StartsWith(Hub, StringComparison.Ordinal) ? name[Hub.Length..] : name;
        return Short(plain) is not null || (HubId.TryParse(plain) is { } id && (id.Repository.Contains('/', StringComparison.Ordinal) || directory.KnowsModel(id.Repository))) ? plain : null;
    }

    /// <summary>What sae pull would take for an SAE of that name; null where the name is none of the hub's.</summary>
    public string? PullableSae(string name)
    {
        if (FindRelease(name) is var (release, sae)) return sae?.Name ?? release.Name;
        var plain = name.StartsWith(Hub, StringComparison.Ordinal) ? name[Hub.Length..] : name;
        return SaeAddress.TryParse(plain) is not null && !name.StartsWith('.') ? plain : null;
    }

    /// <summary>The SAE of a release by that name; null where there is none.</summary>
    private ReleasedSae? Released(string name) => directory.Find(name.StartsWith(Release, StringComparison.Ordinal) ? name[Release.Length..] : name) is not var (release, id) ? null
        : id is null ? (release.Saes.Count == 1 ? release.Saes[0] : null) : release.Saes.FirstOrDefault(sae => sae.Id == id);

    private static bool IsPath(string name) => Path.IsPathRooted(name) || name[0] == '.' || name.Contains('\\', StringComparison.Ordinal);

    /// <summary>The repository whose folder in the cache this is, and the folder inside it; null for a folder elsewhere.</summary>
    private (HubId Id, string Inside)? At(string folder, string mark) =>
        File.Exists(Path.Combine(folder, mark)) && cache.Owner(Path.GetFullPath(folder)) is var (id, inside) ? (id, inside) : null;

    private string? In(HubId id, string folder, string mark)
    {
        if (cache.Snapshot(id) is not { } snapshot) return null;
        var place = folder.Length == 0 ? snapshot : Path.Combine([snapshot, .. folder.Split('/')]);
        return File.Exists(Path.Combine(place, mark)) ? place : null;
    }

    /// <summary>The SAE at an address in the cache, or the only one of a repository; null where there is none.</summary>
    private Place? Addressed(SaeAddress address, string name)
    {
        if (cache.Snapshot(address.Id) is not { } snapshot) return null;
        var place = address.Folder.Length == 0 ? snapshot : Path.Combine([snapshot, .. address.Folder.Split('/')]);
        return Sae(address.Id, address.Folder, place, name, $"{Hub}{name}") ?? (OnlyOne(address) is { } only ? Sae(address.Id, Path.GetRelativePath(snapshot, only), only, name, $"{Hub}{name}") : null);
    }

    /// <summary>The SAE at a place in the cache, with what its repository's name and the directory of releases say; null where there is none.</summary>
    private Place? Sae(HubId id, string inside, string place, string name, string forced)
    {
        var released = directory.At(id.Repository, inside);
        var origin = released?.Origin ?? new SaeOrigin(id.Repository, inside);
        return SaeFolder.Recognises(place, origin) ? new(name, place, forced, released, origin) : null;
    }

    /// <summary>A repository with one SAE means that SAE.</summary>
    private string? OnlyOne(SaeAddress address)
    {
        if (address.Folder.Length > 0 || cache.Snapshot(address.Id) is not { } snapshot) return null;
        var found = System.IO.Directory.EnumerateFiles(snapshot, SaeMark, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 }).Take(2).ToList();
        return found.Count == 1 ? Path.GetDirectoryName(found[0]) : null;
    }
}
