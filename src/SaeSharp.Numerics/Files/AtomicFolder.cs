using SaeSharp.Numerics.Native;

namespace SaeSharp.Numerics.Files;

/// <summary>Writes folders whole or not at all: they are filled under another name beside the target and renamed.</summary>
/// <remarks>
/// A folder that is already there is first renamed aside and deleted at the end; if the machine stops between the two renames, the old one lies beside the target
/// under its name with <c>.saesharp-…-old</c>. Files inside should be written with <see cref="AtomicFile"/>, which syncs them.
/// </remarks>
public static class AtomicFolder
{
    private const string Mark = ".saesharp-";

    /// <summary>Makes <paramref name="folder"/> hold what <paramref name="fill"/> writes into the folder it is given. Its exceptions pass through; the target is then untouched.</summary>
    /// <exception cref="FileException">The operating system refused.</exception>
    public static void Write(string folder, Action<string> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var parent = Path.GetDirectoryName(target) ?? target;
        var temporary = $"{target}{Mark}{Guid.NewGuid():N}";
        var old = $"{temporary}-old";
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            Libc.SyncFolder(temporary);
            var replaces = Directory.Exists(target);
            if (replaces) Directory.Move(target, old);
            Directory.Move(temporary, target);
            Libc.SyncFolder(parent);
            if (replaces) Directory.Delete(old, recursive: true);
        }
        catch (Exception error)
        {
            if (Directory.Exists(old) && !Directory.Exists(target)) Directory.Move(old, target);
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            if (error is IOException or UnauthorizedAccessException) throw FileException.Unwritable(folder, error);
            throw;
        }
    }

    /// <summary>Deletes half-written folders that killed processes left beside <paramref name="folder"/>'s children. Only for folders that one process writes.</summary>
    public static void RemoveLeftovers(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var leftover in Directory.EnumerateDirectories(folder, $"*{Mark}*")) Directory.Delete(leftover, recursive: true);
    }
}
