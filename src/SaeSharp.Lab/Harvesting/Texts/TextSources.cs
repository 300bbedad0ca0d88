using System.IO.Enumeration;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>The files that <c>--texts</c> names: files, folders and patterns, one a line.</summary>
internal static class TextSources
{
    private static readonly string[] Kinds = [".txt", ".jsonl", ".csv", ".parquet"];

    /// <summary>The files in the order named; those of a folder or pattern by name.</summary>
    /// <exception cref="FileException">A name finds nothing.</exception>
    public static IReadOnlyList<string> Find(string sources)
    {
        var files = sources.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(One).ToList();
        return files.Count > 0 ? files : throw OptionException.Invalid("--texts is empty, expected a file, a folder or a pattern.", "Give --texts FILE.");
    }

    /// <summary>The files of texts in a folder and those in it, by name; none where there is no such folder.</summary>
    public static IReadOnlyList<string> Under(string folder) => Directory.Exists(folder) ? Texts(folder, "**/*") : [];

    private static IEnumerable<string> One(string source)
    {
        if (File.Exists(source)) return [source];
        if (Directory.Exists(source)) return Texts(source, "**/*") is { Count: > 0 } all ? all : throw FileException.Malformed(source, "content", $"the folder holds no file of texts, expected {string.Join(", ", Kinds)}, or one of them packed as .gz or .zst");
        if (source.AsSpan().IndexOfAny('*', '?') < 0) return [source]; // reading it tells that it is not there
        var (folder, pattern) = Parted(source.Replace('\\', '/'));
        if (!Directory.Exists(folder)) throw FileException.Unreadable(source, new DirectoryNotFoundException(folder));
        return Texts(folder, pattern) is { Count: > 0 } found ? found : throw FileException.Malformed(source, "pattern", "no file of texts has such a name, expected at least one");
    }

    /// <summary>The folder before the first step with a * or ?, and the rest.</summary>
    private static (string Folder, string Pattern) Parted(string source)
    {
        var wild = source.AsSpan().IndexOfAny('*', '?');
        var cut = source.LastIndexOf('/', wild);
        return cut < 0 ? (".", source) : (cut == 0 ? "/" : source[..cut], source[(cut + 1)..]);
    }

    private static List<string> Texts(string folder, string pattern)
    {
        var steps = pattern.Split('/');
        var options = new EnumerationOptions { RecurseSubdirectories = steps.Length > 1, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };
        return [.. Directory.EnumerateFiles(folder, "*", options)
            .Where(file => Kinds.Contains(PackedFile.Kind(file), StringComparer.OrdinalIgnoreCase) && Matches(Path.GetRelativePath(folder, file).Replace('\\', '/').Split('/'), steps))
            .Select(file => folder == "." ? Path.GetRelativePath(folder, file) : file)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether a path has the steps of a pattern, in which ** stands for any number of folders.</summary>
    private static bool Matches(ReadOnlySpan<string> path, ReadOnlySpan<string> steps)
    {
        if (steps.Length == 0) return path.Length == 0;
        if (steps[0] == "**") return Matches(path, steps[1..]) || path.Length > 0 && Matches(path[1..], steps);
        return path.Length > 0 && FileSystemName.MatchesSimpleExpression(steps[0], path[0], ignoreCase: false) && Matches(path[1..], steps[1..]);
    }
}
