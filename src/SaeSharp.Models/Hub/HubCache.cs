using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Hub;

/// <summary>The cache of hub files in the layout that all tools of Hugging Face share: what they fetched is found here, and what is fetched here they find.</summary>
/// <remarks>
/// <c>models--owner--name/blobs/CHECKSUM</c> holds each content once, <c>snapshots/COMMIT/path</c> links to it, <c>refs/main</c> says which commit a revision is.
/// Where links cannot be made, files are copied. What was being fetched lies in <c>blobs/CHECKSUM.incomplete</c>.
/// </remarks>
public sealed class HubCache
{
    private readonly bool _links;

    /// <param name="folder">Where it is, or is to be.</param>
    /// <param name="links">False to copy files where links would do.</param>
    public HubCache(string folder, bool links = true) => (Folder, _links) = (Path.GetFullPath(folder), links);

    public string Folder { get; }

    /// <summary>The folder of a revision's files; null where none of them was fetched.</summary>
    public string? Snapshot(HubId id)
    {
        if (Commit(id) is not { } commit) return null;
        var folder = SnapshotFolder(id, commit);
        return Directory.Exists(folder) ? folder : null;
    }

    /// <summary>The commit that the revision was when it was last fetched; null where it was not.</summary>
    public string? Commit(HubId id)
    {
        if (id.IsCommit) return id.Revision;
        var file = RefFile(id);
        try
        {
            return File.Exists(file) && new FileInfo(file).Length < 256 && File.ReadAllText(file).Trim() is var commit && HubId.IsCommitName(commit) ? commit : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(file, error);
        }
    }

    /// <summary>Where the files of a listing lie, or will.</summary>
    public string FolderOf(HubId id, HubListing listing)
    {
        ArgumentNullException.ThrowIfNull(listing);
        return SnapshotFolder(id, listing.Commit);
    }

    /// <summary>The repository of models that a folder of the cache belongs to, at its commit unless that is what main is, and the folder's path in it; null for any other folder.</summary>
    public (HubId Id, string Inside)? Owner(string folder)
    {
        const string Models = "models--";
        if (Path.GetRelativePath(Folder, folder).Split(Path.DirectorySeparatorChar) is not [var owner, "snapshots", var commit, .. var inside] || !owner.StartsWith(Models, StringComparison.Ordinal)) return null;
        if (HubId.TryParse(owner[Models.Length..].Replace("--", "/", StringComparison.Ordinal)) is not { } id || !HubId.IsCommitName(commit)) return null;
        return (Commit(id) == commit ? id : id.At(commit), string.Join('/', inside));
    }

    internal string SnapshotFolder(HubId id, string commit) => Path.Combine(Folder, id.FolderName, "snapshots", commit);

    internal string BlobFile(HubId id, string checksum) => Path.Combine(Folder, id.FolderName, "blobs", checksum);

    internal string LockFile(HubId id, string checksum) => Path.Combine(Folder, ".locks", id.FolderName, $"{checksum}.lock");

    /// <summary>Whether a file of a commit is there, and of that size.</summary>
    internal bool Has(HubId id, string commit, HubFile file) => IsWhole(FileOf(id, commit, file.Path), file.Size);

    internal bool HasBlob(HubId id, string checksum, long size) => IsWhole(BlobFile(id, checksum), size);

    /// <summary>Makes <paramref name="path"/> of a commit the content of <paramref name="checksum"/>.</summary>
    internal void Link(HubId id, string commit, HubPath path, string checksum)
    {
        var (target, blob) = (FileOf(id, commit, path), BlobFile(id, checksum));
        var folder = Path.GetDirectoryName(target)!;
        try
        {
            Directory.CreateDirectory(folder);
            if (!_links || !TryLink(target, Path.GetRelativePath(folder, blob))) Copy(blob, target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unwritable(target, error);
        }
    }

    /// <summary>Keeps which commit the revision is; a commit says so itself.</summary>
    internal void KeepRevision(HubId id, string commit)
    {
        if (id.IsCommit || Commit(id) == commit) return;
        var file = RefFile(id);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unwritable(file, error);
        }
        AtomicFile.Write(file, commit);
    }

    private string RefFile(HubId id) => Path.Combine([Folder, id.FolderName, "refs", .. id.Revision.Split('/')]);

    private string FileOf(HubId id, string commit, HubPath path) => Path.Combine([SnapshotFolder(id, commit), .. path.Text.Split('/')]);

    private static bool IsWhole(string path, long? size)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var file = File.OpenHandle(path); // of what a link leads to
            return size is null || RandomAccess.GetLength(file) == size;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // a link to nothing, or a file of somebody else's
        }
    }

    private static bool TryLink(string path, string target)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.link";
        try
        {
            File.CreateSymbolicLink(temporary, target);
            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            File.Delete(temporary);
            return false; // Windows without the right to, or a disk without links
        }
    }

    private static void Copy(string blob, string target) => AtomicFile.Write(target, stream =>
    {
        using var source = File.OpenRead(blob);
        source.CopyTo(stream);
    });
}
