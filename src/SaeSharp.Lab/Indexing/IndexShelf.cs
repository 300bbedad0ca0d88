using System.Collections.Concurrent;
using System.Text.Json;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Indexing;

/// <summary>The feature indexes of a workspace.</summary>
internal sealed class IndexShelf(string home) : IDisposable
{
    private readonly ConcurrentDictionary<string, FeatureIndex> _open = new(StringComparer.Ordinal);

    /// <summary>Where they lie.</summary>
    public string Folder { get; } = Path.Combine(home, "indexes");

    /// <summary>All whole indexes of a layout we read, newest first.</summary>
    public IReadOnlyList<IndexInfo> All() => !Directory.Exists(Folder) ? [] : [.. Directory.EnumerateDirectories(Folder)
        .Where(folder => !folder.Contains(Leftovers.Mark, StringComparison.Ordinal)).Select(ReadInfo).OfType<IndexInfo>().OrderByDescending(info => info.Made).ThenBy(info => info.Name, StringComparer.Ordinal)];

    /// <summary>The newest index of exactly these weights on this model (any model for null); null where there is none.</summary>
    public FeatureIndex? Find(LoadedSae sae, LanguageModel? model) =>
        All().FirstOrDefault(info => info.SaeSha256 == sae.WeightsSha256 && (model is null || info.ModelSha256 == model.Sha256)) is { } found ? Open(found) : null;

    /// <summary>The index of that name, or the newest of exactly these weights.</summary>
    public FeatureIndex Get(LoadedSae sae, string? name)
    {
        if (name is null) return Find(sae, null) ?? throw LabException.NoIndex(sae.Name, Folder);
        var all = All();
        var info = all.FirstOrDefault(candidate => candidate.Name == name) ?? throw LabException.NoIndexNamed(name, [.. all.Select(candidate => candidate.Name)]);
        return info.SaeSha256 == sae.WeightsSha256 ? Open(info) : throw LabException.BrokenIndex(info.Path, $"it was made with other weights than '{sae.Name}' has now");
    }

    /// <summary>The index that a name in the workspace, or a folder, means.</summary>
    public IndexInfo Locate(string nameOrFolder)
    {
        var all = All();
        if (all.FirstOrDefault(info => info.Name == nameOrFolder) is { } known) return known;
        if (!Directory.Exists(nameOrFolder)) throw LabException.NoIndexNamed(nameOrFolder, [.. all.Select(info => info.Name)]);
        return ReadInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(nameOrFolder))) ?? throw LabException.BrokenIndex(nameOrFolder, $"it has no {IndexFiles.Info} of layout {IndexFiles.Layout}");
    }

    /// <summary>Takes an index away at once, then deletes its files.</summary>
    public void Remove(IndexInfo info)
    {
        Forget(info.Name);
        var aside = $"{info.Path}{Leftovers.Mark}{Guid.NewGuid():N}-old";
        Directory.Move(info.Path, aside);
        Directory.Delete(aside, recursive: true);
    }

    /// <summary>What an index calls a file or folder: relative to a folder of the workspace where it lies in that, so that a workspace can be moved and carried.</summary>
    public string NameOf(string path, string folder = "")
    {
        var name = Path.GetRelativePath(Path.GetFullPath(Path.Combine(home, folder)), Path.GetFullPath(path));
        return Path.IsPathRooted(name) || name.StartsWith("..", StringComparison.Ordinal) ? path : name.Replace('\\', '/');
    }

    /// <summary>Closes an index that was written anew.</summary>
    public void Forget(string name)
    {
        if (_open.TryRemove(name, out var index)) index.Dispose();
    }

    public void Dispose()
    {
        foreach (var index in _open.Values) index.Dispose();
    }

    private FeatureIndex Open(IndexInfo info) => _open.GetOrAdd(info.Name, _ => new(info));

    private static IndexInfo? ReadInfo(string folder)
    {
        try
        {
            var file = Path.Combine(folder, IndexFiles.Info);
            if (!File.Exists(file)) return null;
            var info = JsonSerializer.Deserialize<IndexInfo>(File.ReadAllBytes(file), LabJson.Options);
            return info?.Layout == IndexFiles.Layout ? info with { Path = folder } : null;
        }
        catch (JsonException)
        {
            return null; // of another version
        }
    }
}
