using System.Reflection;

namespace SaeSharp.Models.Checkpoints;

/// <summary>The checkpoint formats there are, and which one a file is in.</summary>
internal static class CheckpointFormats
{
    public const string IndexEnding = ".index.json";
    private const int StartBytes = 64;

    /// <summary>All formats, the one to prefer first.</summary>
    public static IReadOnlyList<CheckpointFormat> All { get; } = [.. typeof(CheckpointFormat).Assembly.GetTypes()
        .Select(type => (Type: type, Mark: type.GetCustomAttribute<CheckpointFormatAttribute>())).Where(row => row.Mark is not null)
        .OrderBy(row => row.Mark!.Rank).Select(row => (CheckpointFormat)Activator.CreateInstance(row.Type)!)];

    /// <summary>Opens a weight file. Its ending decides the format; where several share it, or it is none's, its first bytes do.</summary>
    /// <exception cref="FileException">It cannot be read, is of no known format, or breaks it.</exception>
    public static WeightFile Open(string path) => Of(path).Open(path);

    /// <summary>The format of a weight file.</summary>
    /// <exception cref="FileException">It cannot be read, or is of no known format.</exception>
    public static CheckpointFormat Of(string path)
    {
        var (start, bytes) = Start(path);
        return Find(path, start, bytes) ?? throw FileException.Unsupported(
            path, "content", $"its {bytes} bytes do not begin like one of {string.Join(", ", Named(path).Select(format => format.Name))}",
            "The file is damaged, incomplete or of another kind: fetch it again or convert it to safetensors.");
    }

    /// <summary>The format of a file that may be something else altogether; null where it is of none.</summary>
    public static CheckpointFormat? Find(string path)
    {
        var (start, bytes) = Start(path);
        return Find(path, start, bytes);
    }

    /// <summary>The weight file or index of a model folder; null where it has none.</summary>
    public static string? In(string folder)
    {
        foreach (var name in All.Select(format => format.FileInFolder).OfType<string>())
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path)) return path;
            if (File.Exists(path + IndexEnding)) return path + IndexEnding;
        }
        string[] whole = [.. WholeModelsIn(folder)];
        if (whole.Length > 1) throw FileException.Unsupported(folder, "weights", $"the folder has {whole.Length} files that are models", $"Name the one to open: {string.Join(", ", whole.Take(8).Select(Path.GetFileName))}.");
        return whole.FirstOrDefault();
    }

    /// <summary>Files of a folder that say themselves what model they are of, by name.</summary>
    public static IEnumerable<string> WholeModelsIn(string folder) => Directory.EnumerateFiles(folder)
        .Where(file => All.Any(format => format.DescribesModel && IsNamed(format, file)) && File.Exists(file) && Find(file) is { DescribesModel: true }).Order(StringComparer.Ordinal);

    private static bool IsNamed(CheckpointFormat format, string path) => format.Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Formats that share the file's ending; all where it is none's.</summary>
    private static CheckpointFormat[] Named(string path) => All.Where(format => IsNamed(format, path)).ToArray() is { Length: > 0 } named ? named : [.. All];

    private static CheckpointFormat? Find(string path, byte[] start, long bytes) => Named(path) is [var only] ? only : Named(path).FirstOrDefault(format => format.Recognises(start, bytes));

    private static (byte[] Start, long Bytes) Start(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            var start = new byte[StartBytes];
            return (start[..RandomAccess.Read(handle, start, 0)], RandomAccess.GetLength(handle));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw FileException.Unreadable(path, error);
        }
    }
}
