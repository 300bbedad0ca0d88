namespace SaeSharp;

/// <summary>A file could not be read or written, or does not hold what its format asks for.</summary>
public sealed class FileException : SaeSharpException
{
    private const int NamesShown = 12;

    private FileException(string file, string message, string hint, Exception? inner = null) : base(message, hint, inner) => File = file;

    /// <summary>Path of the file.</summary>
    public string File { get; }

    /// <summary>The content breaks its format: <paramref name="where"/> is the key, tensor or byte offset, <paramref name="reason"/> the fact and the expectation.</summary>
    public static FileException Malformed(string file, string where, string reason, Exception? inner = null) => new(
        file, $"{file}: {where}: {reason}.",
        "The file is damaged, incomplete or of another kind: fetch or write it again.", inner);

    /// <summary>The content is sound, but asks for something this program does not do.</summary>
    public static FileException Unsupported(string file, string where, string reason, string hint) => new(file, $"{file}: {where}: {reason}.", hint);

    /// <summary>A name was looked up that the file does not have; the hint names the nearest of <paramref name="present"/>.</summary>
    public static FileException Missing(string file, string kind, string name, IReadOnlyCollection<string> present) => new(
        file, $"{file} has no {kind} '{name}'.",
        Spelling.Closest(name, present) is { } similar ? $"It has '{similar}'."
        : present.Count == 0 ? $"It has no {kind} at all."
        : $"It has {string.Join(", ", present.Take(NamesShown))}{(present.Count > NamesShown ? ", ..." : "")}.");

    /// <summary>The operating system refused to read the file.</summary>
    public static FileException Unreadable(string file, Exception inner) => new(
        file,
        inner is FileNotFoundException or DirectoryNotFoundException ? $"There is no file {file}." : $"{file} cannot be read: {inner.Message}",
        "Check the path, and that you may read the file.", inner);

    /// <summary>The operating system refused to write the file.</summary>
    public static FileException Unwritable(string file, Exception inner) => new(
        file, $"{file} cannot be written: {inner.Message}",
        "Check that the folder exists, that you may write there, and that the disk is not full. What stands there is the old file or the new one, never a part.", inner);
}
