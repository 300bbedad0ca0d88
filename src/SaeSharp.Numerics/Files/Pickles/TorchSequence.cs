using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>The container of torch files before PyTorch 1.6: pickles of a magic number, a version, the machine, the value and the storages' keys, then each storage's length and bytes.</summary>
internal static class TorchSequence
{
    private const int Version = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse("1950A86A20F9469CFC6C", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static PickleValue Read(OpenedFile file)
    {
        var cursor = new ByteCursor(file.Path, "pickles", file.Start);
        var plain = TorchGlobals.WithoutStorages(file);
        if (cursor.Left < 2 || file.Start[0] != (byte)PickleOpcode.Proto) throw cursor.Error("it begins neither like a zip archive nor like a pickle, expected a file written by torch.save");
        var magic = PickleMachine.Read(file, "magic number", ref cursor, plain);
        if (magic is not PickleValue.Integer number || number.Value != Magic) throw cursor.Error("a bare pickle, expected the zip archive or the sequence of pickles that torch.save writes");
        var version = PickleMachine.Read(file, "version", ref cursor, plain);
        if (version is not PickleValue.Integer stated || stated.Value != Version) throw cursor.Error($"its version is {(version as PickleValue.Integer)?.Value}, expected {Version}");
        if (PickleMachine.Read(file, "machine", ref cursor, plain) is not PickleValue.Dictionary machine || machine["little_endian"] is not PickleValue.Boolean { Value: true })
            throw cursor.Error("it does not say that a little-endian machine wrote it");

        var storages = new Dictionary<string, (TorchStorage Storage, long Count)>(StringComparer.Ordinal);
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        var value = PickleMachine.Read(file, "value", ref cursor, new TorchGlobals(file, Find));
        if (PickleMachine.Read(file, "storage keys", ref cursor, plain) is not PickleValue.List keys) throw cursor.Error("the keys of its storages are no list");
        Place(file, keys, storages, places, cursor.At);
        return value;

        TorchStorage Find(string key, string? type, long count)
        {
            if (type is null) throw new PickleFault($"storage {Printable.Of(key)} is untyped, which this container cannot say");
            if (!storages.TryGetValue(key, out var known))
            {
                if (count > file.Bytes / ElementTypes.Size(type)) throw new PickleFault($"storage {Printable.Of(key)} is said to have {count} elements of {ElementTypes.Size(type)} bytes, more than the file");
                storages[key] = known = (new(key, type, new ByteSource(count * ElementTypes.Size(type), () => (file.View(), places[key])), IsBigEndian: false), count);
            }
            if (known.Storage.TypeName != type || known.Count != count) throw new PickleFault($"storage {Printable.Of(key)} is used under two types or lengths");
            return known.Storage;
        }
    }

    /// <summary>Storages lie one after another, in the order of the keys, to the end of the file.</summary>
    private static void Place(OpenedFile file, PickleValue.List keys, Dictionary<string, (TorchStorage Storage, long Count)> storages, Dictionary<string, long> places, long at)
    {
        foreach (var item in keys.Items)
        {
            if (item is not PickleValue.Text key || !storages.TryGetValue(key.Value, out var known) || places.ContainsKey(key.Value))
                throw FileException.Malformed(file.Path, "storage keys", $"'{Printable.Of((item as PickleValue.Text)?.Value ?? "")}' is given twice, or no tensor uses it");
            if (file.Bytes - at < sizeof(long)) throw FileException.Malformed(file.Path, $"storage {Printable.Of(key.Value)}", $"the file ends at byte {file.Bytes}, before its length");
            var count = BinaryPrimitives.ReadInt64LittleEndian(file.Span(at, sizeof(long)));
            at += sizeof(long);
            if (count != known.Count) throw FileException.Malformed(file.Path, $"storage {Printable.Of(key.Value)}", $"it has {count} elements, the value says {known.Count}");
            if (known.Storage.Source.Bytes > file.Bytes - at) throw FileException.Malformed(file.Path, $"storage {Printable.Of(key.Value)}", $"its {known.Storage.Source.Bytes} bytes from byte {at} on reach past the file's {file.Bytes}");
            places[key.Value] = at;
            at += known.Storage.Source.Bytes;
        }
        if (places.Count != storages.Count) throw FileException.Malformed(file.Path, "storage keys", $"they name {places.Count} of {storages.Count} storages");
        if (at != file.Bytes) throw FileException.Malformed(file.Path, $"byte {at}", $"{file.Bytes - at} bytes follow the last storage");
    }
}
