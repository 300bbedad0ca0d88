using System.Collections.Concurrent;

namespace SaeSharp.Lab.Library;

/// <summary>Things that live in folders, by name or path: each is loaded once and kept.</summary>
/// <param name="root">The workspace's folder for them; a name may have several parts (<c>tiny/blocks.1.hook_resid_post</c>).</param>
/// <param name="mark">The file whose presence makes a folder one of them.</param>
/// <param name="load">Loads the folder under the name it is to be called by.</param>
/// <param name="missing">The error for a name that is not there, with the names that are.</param>
internal sealed class Shelf<T>(string root, string mark, Func<string, string, T> load, Func<string, IReadOnlyCollection<string>, SaeSharpException> missing)
{
    private readonly ConcurrentDictionary<string, Lazy<T>> _loaded = new(StringComparer.Ordinal);

    /// <summary>Names of everything in the workspace, sorted.</summary>
    public IReadOnlyList<string> Names => !Directory.Exists(root) ? [] : [.. Directory
        .EnumerateFiles(root, mark, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 })
        .Select(file => NameOf(Path.GetDirectoryName(file)!)).Where(name => !name.Contains(Leftovers.Mark, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Folders outside the workspace that were loaded in this session.</summary>
    public IEnumerable<string> Visited => _loaded.Where(entry => entry.Value.IsValueCreated).Select(entry => NameOf(entry.Key)).Where(Path.IsPathRooted);

    /// <summary>The folder of <paramref name="nameOrFolder"/>, or null.</summary>
    public string? Find(string nameOrFolder)
    {
        if (string.IsNullOrWhiteSpace(nameOrFolder)) return null;
        if (File.Exists(Path.Combine(nameOrFolder, mark))) return Path.GetFullPath(nameOrFolder);
        // A name is an id, never a way out of the workspace.
        if (Path.IsPathRooted(nameOrFolder) || nameOrFolder.Split('/', '\\').Any(part => part is "" or "." or "..")) return null;
        var folder = Path.GetFullPath(Path.Combine(root, nameOrFolder));
        return File.Exists(Path.Combine(folder, mark)) ? folder : null;
    }

    /// <summary>What stands in <paramref name="nameOrFolder"/>.</summary>
    public T Get(string nameOrFolder)
    {
        var folder = Find(nameOrFolder) ?? throw missing(nameOrFolder, Names);
        try
        {
            return _loaded.GetOrAdd(folder, key => new(() => load(NameOf(key), key))).Value;
        }
        catch
        {
            Forget(folder); // a failed load is tried again, for the folder may have been mended
            throw;
        }
    }

    /// <summary>Forgets what was loaded from <paramref name="folder"/>: it was written anew.</summary>
    public void Forget(string folder) => _loaded.TryRemove(Path.GetFullPath(folder), out _);

    /// <summary>Its name in the workspace, or the path of a folder elsewhere.</summary>
    public string NameOf(string folder)
    {
        var relative = Path.GetRelativePath(root, folder);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? folder : relative.Replace('\\', '/');
    }
}
