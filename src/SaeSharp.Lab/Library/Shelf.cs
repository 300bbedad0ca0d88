using System.Collections.Concurrent;
using SaeSharp.Lab.Releases;

namespace SaeSharp.Lab.Library;

/// <summary>Things that live in folders or files, by name or path: each is loaded once and kept.</summary>
/// <param name="root">The workspace's folder for them; a name may have several parts (<c>tiny/blocks.1.hook_resid_post</c>).</param>
/// <param name="mark">How one of them is known.</param>
/// <param name="published">What others published under a name and is on this machine.</param>
/// <param name="load">Loads what lies in a place.</param>
/// <param name="missing">The error for a name that is not there, with the names that are.</param>
internal sealed class Shelf<T>(string root, Mark mark, Func<string, IEnumerable<Place>> published, Func<Place, T> load, Func<string, IReadOnlyCollection<string>, SaeSharpException> missing)
{
    private readonly ConcurrentDictionary<(string Folder, ReleasedSae? Released), (Place Place, Lazy<T> Thing)> _loaded = new();

    /// <summary>Names of everything in the workspace, sorted.</summary>
    public IReadOnlyList<string> Names => !Directory.Exists(root) ? [] : [.. mark.Under(root)
        .Select(NameOf).Where(name => !name.Contains(Leftovers.Mark, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Names of what lies outside the workspace and was loaded in this session.</summary>
    public IEnumerable<string> Visited => _loaded.Where(entry => entry.Value.Thing.IsValueCreated && Path.IsPathRooted(NameOf(entry.Key.Folder))).Select(entry => entry.Value.Place.Name);

    /// <summary>Where <paramref name="name"/> lies, or null.</summary>
    /// <exception cref="LabException">It means several things.</exception>
    public string? Find(string name) => Locate(name)?.Folder;

    /// <summary>What <paramref name="name"/> means: a path, a name in the workspace, or something published that is on this machine; null for nothing.</summary>
    /// <exception cref="LabException">It means several things.</exception>
    public Place? Locate(string name)
    {
        if (string.IsNullOrWhiteSpace(name)) return null;
        // A folder by its path is what was loaded from it, under whatever name.
        if (Path.IsPathRooted(name) && _loaded.Values.FirstOrDefault(entry => entry.Place.Folder == name).Place is { } known) return known;
        List<Place> fits = [.. published(name).Concat(Here(name)).DistinctBy(place => RealPath(place.Folder))];
        return fits.Count <= 1 ? fits.FirstOrDefault() : throw LabException.Ambiguous(name, [.. fits.Select(place => place.Forced)]);
    }

    /// <summary>What stands in <paramref name="name"/>.</summary>
    public T Get(string name)
    {
        var place = Locate(name) ?? throw missing(name, Names);
        var key = (place.Folder, place.Released);
        try
        {
            return _loaded.GetOrAdd(key, _ => (place, new(() => load(place)))).Thing.Value;
        }
        catch
        {
            _loaded.TryRemove(key, out _); // a failed load is tried again, for the folder may have been mended
            throw;
        }
    }

    /// <summary>Whether what lies in a place was loaded already.</summary>
    public bool IsOpen(Place place) => _loaded.TryGetValue((place.Folder, place.Released), out var entry) && entry.Thing.IsValueCreated;

    /// <summary>Forgets what was loaded from <paramref name="folder"/>: it was written anew.</summary>
    public void Forget(string folder)
    {
        var full = Path.GetFullPath(folder);
        foreach (var key in _loaded.Keys.Where(key => key.Folder == full)) _loaded.TryRemove(key, out _);
    }

    /// <summary>Its name in the workspace, or a path elsewhere.</summary>
    public string NameOf(string folder)
    {
        var relative = Path.GetRelativePath(root, folder);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? folder : relative.Replace('\\', '/');
    }

    private IEnumerable<Place> Here(string name)
    {
        if (mark.Fits(name)) yield return Of(Path.GetFullPath(name));
        // A name is an id, never a way out of the workspace.
        if (Path.IsPathRooted(name) || name.Split('/', '\\').Any(part => part is "" or "." or "..")) yield break;
        var folder = Path.GetFullPath(Path.Combine(root, name));
        if (mark.Fits(folder)) yield return Of(folder);
    }

    private Place Of(string folder) => new(NameOf(folder), folder, folder);

    /// <summary>The same by two ways (a linked workspace, a cache that another points to) is one. A layer of a cross-layer transcoder is neither file nor folder, but a number behind one.</summary>
    private static string RealPath(string path) => (Directory.Exists(path) ? Directory.ResolveLinkTarget(path, returnFinalTarget: true) : File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null)?.FullName ?? path;
}
