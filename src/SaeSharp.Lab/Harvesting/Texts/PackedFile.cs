using System.IO.Compression;
using ZstdSharp;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>Reads files whole, unpacked where their ending says that they are packed: .gz or .zst.</summary>
internal static class PackedFile
{
    /// <summary>Texts pack to a quarter, logs and tables to a thirtieth; what unpacks to far more is a bomb.</summary>
    private const int MostTimes = 64;

    private const long FreeBytes = 64 << 20;

    private static readonly byte[] End = "the end of a whole .gz"u8.ToArray(), PackedEnd = Gzip(End);

    private static readonly Dictionary<string, (Func<FileStream, Stream> Unpack, byte[] End)> Packings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".gz"] = (file => new GZipStream(WithEnd(file), CompressionMode.Decompress), End),
        [".zst"] = (file => new DecompressionStream(file), []),
    };

    public static bool IsPacked(string path) => Packings.ContainsKey(Path.GetExtension(path));

    /// <summary>The ending that says what is inside: .jsonl of a file.jsonl.gz.</summary>
    public static string Kind(string path) => Path.GetExtension(IsPacked(path) ? Path.GetFileNameWithoutExtension(path) : path);

    /// <summary>The content.</summary>
    /// <exception cref="FileException">It is not packed as its ending says, or unpacks to far more than texts do.</exception>
    public static byte[] Read(string path)
    {
        if (!Packings.TryGetValue(Path.GetExtension(path), out var packing)) return File.ReadAllBytes(path);
        try
        {
            using var file = File.OpenRead(path);
            var most = Math.Min(FreeBytes + file.Length * MostTimes, Array.MaxLength);
            using var unpacked = packing.Unpack(file);
            var content = new MemoryStream();
            var part = new byte[1 << 16];
            for (int count; (count = unpacked.Read(part)) > 0;)
            {
                if (content.Length + count > most) throw FileException.Malformed(path, "size", $"{file.Length} bytes unpack to more than {most}, expected at most {MostTimes} times as many");
                content.Write(part.AsSpan(0, count));
            }
            var whole = content.GetBuffer().AsSpan(0, (int)content.Length);
            return whole.EndsWith(packing.End) ? whole[..^packing.End.Length].ToArray() : throw FileException.Malformed(path, "content", "it is cut off, or something that is not packed follows what is");
        }
        catch (Exception error) when (error is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw FileException.Malformed(path, "content", $"it is not packed as its ending says, or cut off ({error.Message})", error);
        }
    }

    /// <summary>The file and one more member behind it: GZipStream takes a file that is cut off for a whole one, but finds this member only behind a whole one.</summary>
    private static MemoryStream WithEnd(FileStream file)
    {
        if (file.Length > Array.MaxLength - PackedEnd.Length) throw FileException.Malformed(file.Name, "size", $"it has {file.Length} bytes, expected at most {Array.MaxLength - PackedEnd.Length}");
        var bytes = new byte[file.Length + PackedEnd.Length];
        file.ReadExactly(bytes.AsSpan(0, bytes.Length - PackedEnd.Length));
        PackedEnd.CopyTo(bytes.AsSpan(bytes.Length - PackedEnd.Length));
        return new(bytes);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }
}
