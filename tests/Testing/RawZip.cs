using System.IO.Compression;

namespace SaeSharp.Testing;

/// <summary>Zip archives of our own making.</summary>
internal static class RawZip
{
    /// <summary>An archive of these entries, stored or deflated, in their order.</summary>
    public static byte[] Of(IEnumerable<(string Name, byte[] Content)> entries, bool deflated = false)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var stream = archive.CreateEntry(name, deflated ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }
        return bytes.ToArray();
    }
}
