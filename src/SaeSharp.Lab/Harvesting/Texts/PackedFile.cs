using System.IO.Compression;
using ZstdSharp;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>Reads files whole, unpacked where their ending says that they are packed: .gz or .zst.</summary>
internal static class PackedFile
{
    /// <summary>Texts pack to a quarter, logs and tables to a thirtieth; what unpacks to far more is a bomb.</summary>
    private const int MostTimes = 64;

    private const long FreeBytes = 64 << 20;

    private static readonly Dictionary<string, Func<Stream, Stream>> Packings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".gz"] = packed => new GZipStream(packed, CompressionMode.Decompress),
        [".zst"] = packed => new DecompressionStream(packed),
    };

    public static bool IsPacked(string path) => Packings.ContainsKey(Path.GetExtension(path));

    /// <summary>The ending that says what is inside: .jsonl of a file.jsonl.gz.</summary>
    public static string Kind(string path) => Path.GetExtension(IsPacked(path) ? Path.GetFileNameWithoutExtension(path) : path);

    /// <summary>The content.</summary>
    /// <exception cref="FileException">It is not packed as its ending says, or unpacks to far more than texts do.</exception>
    public static byte[] Read(string path)
    {
        if (!Packings.TryGetValue(Path.GetExtension(path), out var unpack)) return File.ReadAllBytes(path);
        try
        {
            using var file = File.OpenRead(path);
            var most = Math.Min(FreeBytes + file.Length * MostTimes, Array.MaxLength);
            using var unpacked = unpack(file);
            var content = new MemoryStream();
            var part = new byte[1 << 16];
            for (int count; (count = unpacked.Read(part)) > 0;)
            {
                if (content.Length + count > most) throw FileException.Malformed(path, "size", $"{file.Length} bytes unpack to more than {most}, expected at most {MostTimes} times as many");
                content.Write(part.AsSpan(0, count));
            }
            return content.ToArray();
        }
        catch (Exception error) when (error is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw FileException.Malformed(path, "content", $"it is not packed as its ending says, or cut off ({error.Message})", error);
        }
    }
}
