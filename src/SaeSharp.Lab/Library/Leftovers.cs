namespace SaeSharp.Lab.Library;

/// <summary>What a killed process left beside a folder that was being written.</summary>
internal static class Leftovers
{
    /// <summary>Part of the names under which <see cref="Numerics.Files.AtomicFolder"/> fills folders.</summary>
    public const string Mark = ".saesharp-";

    /// <summary>Deletes half-written copies of <paramref name="folder"/>; those of other folders beside it may be at work.</summary>
    public static void Remove(string folder)
    {
        var parent = Path.GetDirectoryName(folder)!;
        if (!Directory.Exists(parent)) return;
        foreach (var leftover in Directory.EnumerateDirectories(parent, $"{Path.GetFileName(folder)}{Mark}*")) Directory.Delete(leftover, recursive: true);
    }
}
