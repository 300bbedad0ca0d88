using SaeSharp.Numerics.Files.Zip;

namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>The zip container of torch files: <c>ROOT/data.pkl</c>, <c>ROOT/byteorder</c> and <c>ROOT/data/KEY</c> for each storage.</summary>
internal static class TorchArchive
{
    private const string PickleName = "data.pkl", OrderName = "byteorder", DataFolder = "data/";
    private const int LongestOrder = 16;

    public static PickleValue Read(OpenedFile file)
    {
        var entries = ZipDirectory.Read(file);
        var root = Root(file, entries);
        var sources = entries.ToDictionary(entry => entry.Name[root.Length..], entry => ZipContent.Open(file, entry), StringComparer.Ordinal);
        var bigEndian = IsBigEndian(file, sources);
        var storages = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        var globals = new TorchGlobals(file, (key, type, count) =>
        {
            if (storages.TryGetValue(key, out var known)) return known.TypeName == type ? known : throw new PickleFault($"storage {key} is used under two types, {known.TypeName ?? "untyped"} and {type ?? "untyped"}");
            if (key.AsSpan().IndexOfAny("/\\") >= 0 || !sources.TryGetValue(DataFolder + key, out var source)) throw new PickleFault($"the archive has no storage '{Printable.Of(key)}'");
            var size = type is null ? 1 : ElementTypes.Size(type);
            if (count != source.Bytes / size || source.Bytes % size != 0) throw new PickleFault($"storage {key} is said to have {count} elements of {size} bytes, but its record has {source.Bytes} bytes");
            return storages[key] = new(key, type, source, bigEndian);
        });
        var cursor = new ByteCursor(file.Path, PickleName, Text(file, sources[PickleName], PickleName));
        var value = PickleMachine.Read(file, PickleName, ref cursor, globals);
        if (cursor.Left > 0) throw cursor.Error($"{cursor.Left} bytes follow the end of the pickle");
        if (!file.IsMapped) // in memory anyway: a damaged file is refused at once
            foreach (var source in sources.Values) source.Open();
        return value;
    }

    /// <summary>The one folder that everything lies in, with its slash.</summary>
    private static string Root(OpenedFile file, List<ZipEntry> entries)
    {
        var pickles = entries.Where(entry => entry.Name.EndsWith("/" + PickleName, StringComparison.Ordinal)).ToArray();
        if (pickles.Length != 1) throw FileException.Malformed(file.Path, "zip directory", $"it has {pickles.Length} entries {PickleName} in a folder, expected one: a file written by torch.save");
        var root = pickles[0].Name[..^PickleName.Length];
        if (entries.Find(entry => !entry.Name.StartsWith(root, StringComparison.Ordinal)) is { } stray)
            throw FileException.Malformed(file.Path, "zip directory", $"'{Printable.Of(stray.Name)}' lies outside the folder '{Printable.Of(root)}' of {PickleName}");
        return root;
    }

    private static bool IsBigEndian(OpenedFile file, Dictionary<string, ByteSource> sources)
    {
        if (!sources.TryGetValue(OrderName, out var order)) return false; // written before PyTorch 2.1, which little-endian machines did
        var text = order.Bytes <= LongestOrder ? System.Text.Encoding.Latin1.GetString(order.Span()) : "longer than a word";
        return text switch
        {
            "little" => false,
            "big" => true,
            _ => throw FileException.Malformed(file.Path, OrderName, $"it is '{Printable.Of(text)}', expected 'little' or 'big'"),
        };
    }

    private static ReadOnlySpan<byte> Text(OpenedFile file, ByteSource source, string part) =>
        source.Bytes <= int.MaxValue ? source.Span() : throw FileException.Malformed(file.Path, part, $"it has {source.Bytes} bytes, expected at most {int.MaxValue}");
}
