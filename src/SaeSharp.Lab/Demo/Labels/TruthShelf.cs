namespace SaeSharp.Lab.Demo.Labels;

/// <summary>The labels in <c>labels.json</c> of a workspace, read again when the file changed.</summary>
internal sealed class TruthShelf(string home)
{
    public const string File = "labels.json";
    private readonly Lock _lock = new();
    private (DateTime Written, TruthLabels Labels) _read = (default, TruthLabels.None);

    /// <summary>Whether <see cref="Read"/> has nothing to do: pages ask for every feature they name.</summary>
    public bool IsRead => !System.IO.File.Exists(Path.Combine(home, File)) || _read.Written == System.IO.File.GetLastWriteTimeUtc(Path.Combine(home, File));

    public TruthLabels Read()
    {
        var path = Path.Combine(home, File);
        if (!System.IO.File.Exists(path)) return TruthLabels.None;
        var written = System.IO.File.GetLastWriteTimeUtc(path);
        lock (_lock)
        {
            if (_read.Written != written) _read = (written, new(BundleFile.Read<TruthLabel[]>(path) ?? []));
            return _read.Labels;
        }
    }

    public static void Write(string home, TruthLabels labels) => BundleFile.Write(Path.Combine(home, File), labels.All);
}
