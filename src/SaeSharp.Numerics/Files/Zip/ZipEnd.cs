using System.Buffers.Binary;

namespace SaeSharp.Numerics.Files.Zip;

/// <summary>The end of a zip archive: where its directory is.</summary>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Start">First byte of the directory.</param>
/// <param name="Bytes">Bytes of the directory.</param>
internal sealed record ZipEnd(long Entries, long Start, long Bytes)
{
    private const int EndBytes = 22, LocatorBytes = 20, WideBytes = 56;
    private const uint EndSignature = 0x06054B50, LocatorSignature = 0x07064B50, WideSignature = 0x06064B50;

    /// <summary>Finds the record that ends the file. The directory must end where the record begins.</summary>
    public static ZipEnd Find(OpenedFile file)
    {
        var tail = file.Span(Math.Max(0, file.Bytes - EndBytes - ushort.MaxValue), Math.Min(file.Bytes, EndBytes + ushort.MaxValue));
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail[at..]) != EndSignature || BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + 20)..]) != tail.Length - at - EndBytes) continue;
            var place = file.Bytes - tail.Length + at;
            var cursor = new ByteCursor(file.Path, "end of the zip directory", tail.Slice(at, EndBytes));
            cursor.UInt32("signature");
            var volumes = cursor.UInt32("volumes");
            var (here, all) = (cursor.UInt16("entries"), cursor.UInt16("entries"));
            var (bytes, start) = (cursor.UInt32("size"), cursor.UInt32("place"));
            if (volumes != 0 || here != all) throw cursor.Error("it speaks of several volumes, expected one file");
            var narrow = new ZipEnd(all, start, bytes);
            var wide = Wide(file, place);
            if (wide is null) return narrow.EndingAt(file, place);
            if (!Agrees(all, ushort.MaxValue, wide.Value.End.Entries) || !Agrees(start, uint.MaxValue, wide.Value.End.Start) || !Agrees(bytes, uint.MaxValue, wide.Value.End.Bytes))
                throw cursor.Error("it and the zip64 record contradict each other");
            return wide.Value.End.EndingAt(file, wide.Value.Place);
        }
        throw FileException.Malformed(file.Path, "end of the file", "there is no end of a zip directory: the archive is cut off or not one");
    }

    private static bool Agrees(long narrow, long ones, long wide) => narrow == wide || narrow == ones;

    private ZipEnd EndingAt(OpenedFile file, long place) => Start <= place && Bytes == place - Start ? this
        : throw FileException.Malformed(file.Path, "end of the zip directory", $"the directory is said to have {Bytes} bytes from byte {Start} on, expected to end at byte {place}");

    /// <summary>The zip64 record in front of the end, where there is one.</summary>
    private static (ZipEnd End, long Place)? Wide(OpenedFile file, long end)
    {
        if (end < LocatorBytes + WideBytes) return null;
        var locator = new ByteCursor(file.Path, "zip64 locator", file.Span(end - LocatorBytes, LocatorBytes));
        if (locator.UInt32("signature") != LocatorSignature) return null;
        var place = end - LocatorBytes - WideBytes;
        var (volume, at, volumes) = (locator.UInt32("volume"), locator.UInt64("place"), locator.UInt32("volumes"));
        if (volume != 0 || volumes > 1 || at != (ulong)place) throw locator.Error($"it points to byte {at} of volume {volume}, expected byte {place} of the only one");
        var cursor = new ByteCursor(file.Path, "zip64 record", file.Span(place, WideBytes));
        if (cursor.UInt32("signature") != WideSignature || cursor.UInt64("size") != WideBytes - 12) throw cursor.Error($"it is not a record of {WideBytes} bytes");
        cursor.UInt32("versions");
        if (cursor.UInt64("volumes") != 0) throw cursor.Error("it speaks of several volumes, expected one file");
        var (here, all) = (cursor.Length("entries"), cursor.Length("entries"));
        if (here != all) throw cursor.Error("it speaks of several volumes, expected one file");
        var bytes = cursor.Length("size");
        return (new(all, cursor.Length("place"), bytes), place);
    }
}
