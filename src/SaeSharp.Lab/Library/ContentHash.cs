using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace SaeSharp.Lab.Library;

/// <summary>SHA-256 of files, so that results can say what exactly they were made from. Kept as long as size and time of change stay the same.</summary>
internal static class ContentHash
{
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Changed), string> Known = new();

    /// <summary>Lower-case hex of the bytes of <paramref name="path"/>.</summary>
    public static string OfFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return Known.GetOrAdd((file.FullName, file.Length, file.LastWriteTimeUtc), static key =>
            {
                using var stream = File.OpenRead(key.Path);
                return Convert.ToHexStringLower(SHA256.HashData(stream));
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
    }

    /// <summary>Of several files: the hash of their names and hashes.</summary>
    public static string OfFiles(IEnumerable<string> paths) => OfText(string.Concat(paths.Select(path => $"{Path.GetFileName(path)}:{OfFile(path)}\n")));

    /// <summary>Of a text as UTF-8.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
