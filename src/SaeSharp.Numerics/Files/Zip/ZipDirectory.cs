namespace SaeSharp.Numerics.Files.Zip;

/// <summary>Reads the directory of a zip archive and checks it against the archive: what it lists lies there, once, without overlap.</summary>
/// <remarks>
/// Stricter than most readers, by decision. Refused: bytes before the first or after the last part, entries that overlap or leave unexplained gaps,
/// a name given twice, names that lead out of a folder, symbolic links, encryption, other methods than stored and deflated, several volumes, and local
/// headers that say something else than the directory. Data descriptors and zip64 fields are read, since PyTorch and NumPy write them.
/// </remarks>
internal static class ZipDirectory
{
    private const int EntryBytes = 46;
    private const int MemoryOfEntry = 320;
    private const uint EntrySignature = 0x02014B50, LocalSignature = 0x04034B50;
    private const int UnixLink = 0xA000, UnixKind = 0xF000;
    private static readonly int[] DescriptorBytes = [12, 16, 20, 24];

    /// <summary>The entries in the order of their bytes.</summary>
    public static List<ZipEntry> Read(OpenedFile file)
    {
        var end = ZipEnd.Find(file);
        var cursor = new ByteCursor(file.Path, "zip directory", Part(file, end.Start, end.Bytes));
        if (end.Entries > end.Bytes / EntryBytes) throw cursor.Error($"it is said to have {end.Entries} entries, but {end.Bytes} bytes hold at most {end.Bytes / EntryBytes}");
        file.Charge(end.Entries * MemoryOfEntry + 4 * end.Bytes, "zip directory");
        var rows = new List<ZipRow>((int)end.Entries);
        for (var i = 0L; i < end.Entries; i++) rows.Add(ReadRow(file, ref cursor));
        if (cursor.Left > 0) throw cursor.Error($"{cursor.Left} bytes follow the last of {end.Entries} entries");
        return Place(file, rows, end.Start);
    }

    private static ZipRow ReadRow(OpenedFile file, ref ByteCursor cursor)
    {
        var signature = cursor.UInt32("an entry");
        if (signature != EntrySignature) throw cursor.Error($"an entry begins with {signature:X8}, expected {EntrySignature:X8}");
        var system = cursor.UInt16("version made by") >> 8;
        cursor.UInt16("version needed");
        var (flags, method) = (cursor.UInt16("flags"), cursor.UInt16("method"));
        cursor.UInt32("time and date");
        var (crc, packed, bytes) = (cursor.UInt32("CRC"), cursor.UInt32("packed size"), cursor.UInt32("size"));
        var (nameBytes, extraBytes, commentBytes) = (cursor.UInt16("name length"), cursor.UInt16("extra length"), cursor.UInt16("comment length"));
        var volume = cursor.UInt16("volume");
        cursor.UInt16("internal attributes");
        var (attributes, start) = (cursor.UInt32("external attributes"), cursor.UInt32("place"));
        var name = ZipName.Read(file.Path, cursor.Take(nameBytes, "the name"), (flags & ZipName.Utf8Flag) != 0);
        var wide = new ZipWideSizes(cursor.Take(extraBytes, "the extra fields"));
        cursor.Take(commentBytes, "the comment");
        var row = new ZipRow(name, flags, method, crc, wide.Size(bytes), 0, 0) with { PackedBytes = wide.Size(packed), Start = wide.Size(start) };
        if (wide.IsBroken) throw Refusal(file, name, "its zip64 field is broken");
        if (volume != 0) throw Refusal(file, name, $"it lies on volume {volume}, expected one file");
        if (system == 3 && (attributes >> 16 & UnixKind) == UnixLink) throw Refusal(file, name, "it is a symbolic link");
        if ((flags & ~(ZipName.Utf8Flag | ZipRow.DescriptorFlag | ZipRow.SpeedFlags)) != 0) throw Refusal(file, name, $"its flags are {flags:X4}: it is encrypted or in a form that is not read");
        if (method is not (ZipRow.Stored or ZipRow.Deflated)) throw Refusal(file, name, $"its method is {method}, expected stored (0) or deflated (8)");
        if (method == ZipRow.Stored && row.PackedBytes != row.Bytes) throw Refusal(file, name, $"it is stored with {row.PackedBytes} bytes, but said to have {row.Bytes}");
        return row;
    }

    /// <summary>Follows each entry to its local header; the archive must be these parts one after another and nothing else.</summary>
    private static List<ZipEntry> Place(OpenedFile file, List<ZipRow> rows, long directory)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<ZipEntry>(rows.Count);
        var (next, mayDescribe) = (0L, false);
        foreach (var row in rows.OrderBy(row => row.Start))
        {
            if (!names.Add(row.Name)) throw Refusal(file, row.Name, "the archive has two entries of this name");
            RequireNext(file, row.Name, row.Start, next, mayDescribe);
            var start = DataStart(file, row, directory);
            if (row.PackedBytes > directory - start) throw Refusal(file, row.Name, $"its {row.PackedBytes} bytes from byte {start} on reach into the directory at byte {directory}");
            if (row.Method == ZipRow.Deflated) file.Charge(row.Bytes, $"zip entry '{row.Name}'");
            entries.Add(new(row.Name, row.Method == ZipRow.Deflated, row.Crc, row.PackedBytes, row.Bytes, start));
            (next, mayDescribe) = (start + row.PackedBytes, row.HasDescriptor);
        }
        RequireNext(file, "directory", directory, next, mayDescribe);
        return entries;
    }

    private static void RequireNext(OpenedFile file, string name, long start, long next, bool mayDescribe)
    {
        if (start == next || (mayDescribe && DescriptorBytes.Contains((int)Math.Clamp(start - next, 0, 99)))) return;
        throw Refusal(file, name, $"it starts at byte {start}, expected {next}: the parts of an archive lie without gap or overlap");
    }

    private static long DataStart(OpenedFile file, ZipRow row, long directory)
    {
        var cursor = new ByteCursor(file.Path, $"zip entry '{row.Name}'", Part(file, row.Start, directory - row.Start));
        if (cursor.UInt32("its header") != LocalSignature) throw Refusal(file, row.Name, $"there is no entry at byte {row.Start}");
        cursor.UInt16("version");
        var (flags, method) = (cursor.UInt16("flags"), cursor.UInt16("method"));
        cursor.UInt32("time and date");
        var (crc, packed, bytes) = (cursor.UInt32("CRC"), cursor.UInt32("packed size"), cursor.UInt32("size"));
        var (nameBytes, extraBytes) = (cursor.UInt16("name length"), cursor.UInt16("extra length"));
        var name = ZipName.Read(file.Path, cursor.Take(nameBytes, "its name"), (flags & ZipName.Utf8Flag) != 0);
        var wide = new ZipWideSizes(cursor.Take(extraBytes, "its extra fields"));
        var (size, packedSize) = (wide.Size(bytes), wide.Size(packed));
        if (wide.IsBroken || name != row.Name || method != row.Method || flags != row.Flags
            || !row.Agrees(crc, row.Crc) || !row.Agrees(size, row.Bytes) || !row.Agrees(packedSize, row.PackedBytes))
            throw Refusal(file, row.Name, "its own header and the archive's directory contradict each other");
        return row.Start + cursor.At;
    }

    private static ReadOnlySpan<byte> Part(OpenedFile file, long start, long bytes) =>
        start >= 0 && bytes >= 0 && start <= file.Bytes - bytes ? file.Span(start, Math.Min(bytes, int.MaxValue))
        : throw FileException.Malformed(file.Path, "zip directory", $"it points to byte {start}, outside the file's {file.Bytes}");

    private static FileException Refusal(OpenedFile file, string name, string reason) => FileException.Malformed(file.Path, $"zip entry '{name}'", reason);
}
