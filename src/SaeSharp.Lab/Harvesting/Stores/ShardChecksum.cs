using System.IO.Hashing;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>XXH3-128 of a file: many times faster than the disk it comes from, so that every shard can be checked before it is used.</summary>
internal static class ShardChecksum
{
    private const int Chunk = 1 << 20;

    /// <summary>Lower-case hex, as <c>xxhsum -H2</c> and Python's <c>xxhash.xxh3_128_hexdigest</c> give it.</summary>
    public static string OfFile(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var (hash, buffer, at) = (new XxHash128(), new byte[Chunk], 0L);
            while (RandomAccess.Read(file, buffer, at) is > 0 and var read)
            {
                hash.Append(buffer.AsSpan(0, read));
                at += read;
            }
            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
    }
}
