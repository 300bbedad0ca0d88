namespace SaeSharp.Saes.Formats;

/// <summary>An SAE on disk: a folder or a file, and where it comes from.</summary>
internal sealed class SaeFiles(string path, SaeOrigin? origin)
{
    /// <summary>The folder, the file, or a name in a folder that holds files named after it.</summary>
    public string Path { get; } = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

    public SaeOrigin? Origin => origin;

    /// <summary>Repository and path there, with slashes: what layouts name layers and hooks in. The path on disk where the origin is not known.</summary>
    public string Label => origin is null ? Path.Replace('\\', '/') : $"{origin.Repository}/{origin.Path}";

    /// <summary>The last part of the path.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    public bool IsFile(params ReadOnlySpan<string> endings)
    {
        foreach (var ending in endings)
            if (Path.EndsWith(ending, StringComparison.Ordinal) && File.Exists(Path)) return true;
        return false;
    }

    /// <summary>A file in the folder.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A file beside it.</summary>
    public string Beside(string name) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? "", name);

    public bool Has(string name) => File.Exists(In(name));
}
