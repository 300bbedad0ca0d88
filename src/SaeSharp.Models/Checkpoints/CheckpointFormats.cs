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
    public static WeightFile Open(string path)
    {
        var (start, bytes) = Start(path);
        var named = All.Where(format => format.Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)).ToArray();
        var found = named.Length == 1 ? named[0] : (named.Length > 1 ? named : All).FirstOrDefault(format => format.Recognises(start, bytes));
        return found?.Open(path) ?? throw FileException.Unsupported(
            path, "content", $"its {bytes} bytes do not begin like one of {string.Join(", ", (named.Length > 1 ? named : All).Select(format => format.Name))}",
            "The file is damaged, incomplete or of another kind: fetch it again or convert it to safetensors.");
    }

    /// <summary>The weight file or index of a model folder; null where it has none.</summary>
    public static string? In(string folder)
    {
        foreach (var format in All)
        {
            if (format.FileInFolder is { } name)
            {
                var path = Path.Combine(folder, name);
                if (File.Exists(path)) return path;
                if (File.Exists(path + IndexEnding)) return path + IndexEnding;
                continue;
            }
            string[] files = [.. Directory.EnumerateFiles(folder).Where(file => format.Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
            if (files.Length > 1) throw FileException.Unsupported(folder, "weights", $"the folder has {files.Length} {format.Name} files", $"Name the one to open: {string.Join(", ", files.Take(8).Select(Path.GetFileName))}.");
            if (files.Length == 1) return files[0];
        }
        return null;
    }

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
