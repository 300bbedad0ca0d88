using System.IO.Compression;
using System.IO.Hashing;

namespace SaeSharp.Numerics.Files.Zip;

/// <summary>Fetches the bytes of zip entries: stored ones as a view of the file, deflated ones unpacked; both against their CRC-32.</summary>
internal static unsafe class ZipContent
{
    /// <summary>Deflate packs at most 258 bytes into 2 bits; a larger claim is a lie.</summary>
    private const long LargestRatio = 1032;

    /// <summary>The entry's bytes, checked when they are first needed. Their memory was charged when the directory was read.</summary>
    public static ByteSource Open(OpenedFile file, ZipEntry entry) => new(entry.Bytes, () =>
    {
        var place = entry.IsDeflated ? (Inflate(file, entry), 0) : (file.View(), entry.Start);
        RequireCrc(file, entry, place.Item1.Address + (nint)place.Item2);
        return place;
    });

    private static NativeStorage Inflate(OpenedFile file, ZipEntry entry)
    {
        if (entry.Bytes / LargestRatio > entry.PackedBytes) throw Refusal(file, entry, $"{entry.PackedBytes} bytes cannot unpack to {entry.Bytes}");
        var storage = file.View();
        var unpacked = new NativeStorage(entry.Bytes);
        try
        {
            using var packed = new UnmanagedMemoryStream((byte*)storage.Address + entry.Start, entry.PackedBytes);
            using var stream = new DeflateStream(packed, CompressionMode.Decompress);
            for (var done = 0L; done < entry.Bytes;)
            {
                var read = stream.Read(new Span<byte>((byte*)unpacked.Address + done, (int)Math.Min(entry.Bytes - done, 1 << 30)));
                if (read == 0) throw Refusal(file, entry, $"it unpacks to {done} bytes, expected {entry.Bytes}");
                done += read;
            }
            if (stream.ReadByte() >= 0) throw Refusal(file, entry, $"it unpacks to more than its {entry.Bytes} bytes");
            return unpacked;
        }
        catch (InvalidDataException error)
        {
            unpacked.Dispose();
            throw Refusal(file, entry, "its packed bytes are damaged", error);
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }

    private static void RequireCrc(OpenedFile file, ZipEntry entry, nint address)
    {
        var crc = new Crc32();
        for (var done = 0L; done < entry.Bytes;)
        {
            var chunk = (int)Math.Min(entry.Bytes - done, 1 << 30);
            crc.Append(new ReadOnlySpan<byte>((byte*)address + done, chunk));
            done += chunk;
        }
        var found = crc.GetCurrentHashAsUInt32();
        if (found != entry.Crc) throw Refusal(file, entry, $"its CRC-32 is {found:X8}, expected {entry.Crc:X8}: the bytes are damaged");
    }

    private static FileException Refusal(OpenedFile file, ZipEntry entry, string reason, Exception? error = null) =>
        FileException.Malformed(file.Path, $"zip entry '{entry.Name}'", reason, error);
}
