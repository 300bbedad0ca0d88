using SaeSharp.Numerics.Native;

namespace SaeSharp.Numerics.Files;

/// <summary>Writes files whole or not at all: whatever fails, and whenever the machine stops, the old file or the new one is there.</summary>
/// <remarks>A temporary file beside the target is written and synced, renamed over it, and the folder is synced so that the rename lasts too.</remarks>
public static class AtomicFile
{
    private const string Mark = ".saesharp-";
    private const string Suffix = ".tmp";

    /// <summary>Writes what <paramref name="write"/> puts into the stream. Its exceptions pass through; the target is then untouched and nothing is left behind.</summary>
    /// <exception cref="FileException">The operating system refused: no folder, no right, no space.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var target = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(target)!;
        var temporary = $"{target}{Mark}{Guid.NewGuid():N}{Suffix}";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                Libc.Sync(stream);
            }
            File.Move(temporary, target, overwrite: true);
            Libc.SyncFolder(folder);
        }
        catch (Exception error)
        {
            TryDelete(temporary);
            if (error is IOException or UnauthorizedAccessException) throw FileException.Unwritable(path, error);
            throw;
        }
    }

    /// <summary>Writes <paramref name="content"/>.</summary>
    public static void Write(string path, byte[] content) => Write(path, stream => stream.Write(content));

    /// <summary>Writes <paramref name="content"/> as UTF-8 without a byte order mark.</summary>
    public static void Write(string path, string content) => Write(path, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Makes <paramref name="filled"/>, a file beside the target that was written over some time, the target: synced, renamed, and the rename synced.</summary>
    /// <exception cref="FileException">The operating system refused.</exception>
    public static void Publish(string filled, string path)
    {
        try
        {
            using (var stream = new FileStream(filled, FileMode.Open, FileAccess.Write, FileShare.None)) Libc.Sync(stream);
            File.Move(filled, path, overwrite: true);
            Libc.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unwritable(path, error);
        }
    }

    /// <summary>Deletes temporary files that killed processes left in <paramref name="folder"/>; those of live writers are locked and stay.</summary>
    public static void RemoveLeftovers(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder, $"*{Mark}*{Suffix}"))
        {
            try
            {
                using (File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
                File.Delete(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Somebody is writing it, or it is not ours to delete: either way it is no leftover of ours.
            }
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to tell; RemoveLeftovers gets another chance.
        }
    }
}
