using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace SaeSharp.Numerics.Files;

/// <summary>Reads and checks the header of a safetensors file before anybody looks at a tensor.</summary>
/// <remarks>
/// Format: 8 bytes little-endian header length, that many bytes of JSON, then the tensors' bytes without gaps. What is stricter or laxer than
/// the format's text, by decision: a name given twice and an unknown field are refused; whitespace may surround the JSON (writers pad with it).
/// Allocations stay in proportion to the header: nothing is sized by a number that the file states.
/// </remarks>
internal static class SafetensorsHeader
{
    public const int LengthBytes = 8;
    public const string MetadataKey = "__metadata__";
    private const long MaxBytes = 100_000_000;
    private const int MaxAxes = 64;

    /// <summary>Length of the JSON, from the first 8 bytes of a file of <paramref name="fileBytes"/> bytes.</summary>
    public static int ReadLength(string file, ReadOnlySpan<byte> start, long fileBytes)
    {
        if (fileBytes < LengthBytes) throw FileException.Malformed(file, "byte 0", $"the file has {fileBytes} bytes, a safetensors file has at least {LengthBytes + 2}");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length is 0 or > MaxBytes) throw FileException.Malformed(file, "byte 0", $"the header is said to have {length} bytes, expected 2 to {MaxBytes}");
        if ((long)length > fileBytes - LengthBytes)
            throw FileException.Malformed(file, "byte 0", $"the header is said to have {length} bytes, but only {fileBytes - LengthBytes} follow");
        return (int)length;
    }

    /// <summary>The tensors in the order of their bytes, checked to cover the <paramref name="dataBytes"/> bytes after the header exactly.</summary>
    public static (List<TensorEntry> Entries, Dictionary<string, string> Metadata) Parse(string file, ReadOnlySpan<byte> json, long dataBytes)
    {
        if (!Utf8.IsValid(json)) throw FileException.Malformed(file, "header", "it is not UTF-8");
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth });
        var entries = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        Dictionary<string, string>? metadata = null;
        try
        {
            reader.Read();
            Expect(file, ref reader, JsonTokenType.StartObject, "header");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (name != MetadataKey)
                {
                    if (!entries.TryAdd(name, ReadEntry(file, name, ref reader))) throw FileException.Malformed(file, $"tensor '{name}'", "the header gives it twice");
                }
                else if (metadata is null) metadata = ReadMetadata(file, ref reader);
                else throw FileException.Malformed(file, MetadataKey, "the header gives it twice");
            }
            reader.Read(); // throws where anything but whitespace follows
        }
        catch (JsonException error)
        {
            throw FileException.Malformed(file, $"header, byte {LengthBytes + reader.BytesConsumed}", $"it is not JSON ({Flat(error)})", error);
        }
        catch (InvalidOperationException error) // half a surrogate pair, met when a string is decoded
        {
            throw FileException.Malformed(file, $"header, byte {LengthBytes + reader.TokenStartIndex}", "a string is not valid Unicode", error);
        }

        List<TensorEntry> ordered = [.. entries.Values.OrderBy(entry => entry.Start).ThenBy(entry => entry.Bytes)];
        RequireCover(file, ordered, dataBytes);
        return (ordered, metadata ?? []);
    }

    private static void RequireCover(string file, List<TensorEntry> ordered, long dataBytes)
    {
        var next = 0L;
        foreach (var entry in ordered)
        {
            if (entry.Start != next) throw FileException.Malformed(file, $"tensor '{entry.Name}'", $"it starts at byte {entry.Start} of the data, expected {next}: tensors lie without gap or overlap");
            if (entry.Bytes > dataBytes - next) throw FileException.Malformed(file, $"tensor '{entry.Name}'", $"it ends at byte {entry.Start + entry.Bytes} of the data, which has {dataBytes}");
            next += entry.Bytes;
        }
        if (next != dataBytes) throw FileException.Malformed(file, "data", $"it has {dataBytes} bytes, of which the tensors take {next}");
    }

    private static TensorEntry ReadEntry(string file, string name, ref Utf8JsonReader reader)
    {
        var where = $"tensor '{name}'";
        string? type = null;
        List<long>? shape = null, range = null;
        reader.Read();
        Expect(file, ref reader, JsonTokenType.StartObject, where);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            var repeated = false;
            switch (field)
            {
                case "dtype":
                    repeated = type is not null;
                    reader.Read();
                    Expect(file, ref reader, JsonTokenType.String, $"{where}, dtype");
                    type = reader.GetString()!;
                    break;
                case "shape":
                    repeated = shape is not null;
                    shape = ReadNumbers(file, $"{where}, shape", ref reader);
                    break;
                case "data_offsets":
                    repeated = range is not null;
                    range = ReadNumbers(file, $"{where}, data_offsets", ref reader);
                    break;
                default:
                    throw FileException.Malformed(file, where, $"it has a field '{field}', expected dtype, shape and data_offsets only");
            }
            if (repeated) throw FileException.Malformed(file, where, $"its field '{field}' is given twice");
        }
        if (type is null || shape is null || range is null)
            throw FileException.Malformed(file, where, $"its {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing");
        return Check(file, where, new(name, type, shape, range.Count == 2 ? range[0] : -1, range.Count == 2 ? range[1] - range[0] : -1), range);
    }

    private static TensorEntry Check(string file, string where, TensorEntry entry, List<long> range)
    {
        if (!SafetensorsTypes.TryBits(entry.TypeName, out var bits)) throw FileException.Malformed(file, where, $"'{entry.TypeName}' is not a type of the safetensors format");
        if (range.Count != 2 || entry.Bytes < 0) throw FileException.Malformed(file, where, $"data_offsets are [{string.Join(", ", range)}], expected begin and end in ascending order");
        var needed = (long)bits;
        foreach (var size in entry.Shape)
        {
            if (size != 0 && needed > long.MaxValue / size) throw FileException.Malformed(file, where, $"a shape of {entry.ShapeText} overflows 64 bits");
            needed *= size;
        }
        if (needed % 8 != 0 || needed / 8 != entry.Bytes)
            throw FileException.Malformed(file, where, $"{entry.ShapeText} of {entry.TypeName} needs {needed / 8} bytes, data_offsets give it {entry.Bytes}");
        return entry;
    }

    private static List<long> ReadNumbers(string file, string where, ref Utf8JsonReader reader)
    {
        var numbers = new List<long>(4);
        reader.Read();
        Expect(file, ref reader, JsonTokenType.StartArray, where);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(file, ref reader, JsonTokenType.Number, where);
            if (!reader.TryGetInt64(out var number) || number < 0) throw FileException.Malformed(file, where, "a number is not a whole one from 0 to 2^63 - 1");
            if (numbers.Count == MaxAxes) throw FileException.Malformed(file, where, $"it has more than {MaxAxes} numbers");
            numbers.Add(number);
        }
        return numbers;
    }

    private static Dictionary<string, string> ReadMetadata(string file, ref Utf8JsonReader reader)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        reader.Read();
        Expect(file, ref reader, JsonTokenType.StartObject, MetadataKey);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            Expect(file, ref reader, JsonTokenType.String, $"{MetadataKey}, '{key}'");
            if (!metadata.TryAdd(key, reader.GetString()!)) throw FileException.Malformed(file, MetadataKey, $"'{key}' is given twice");
        }
        return metadata;
    }

    private static void Expect(string file, ref Utf8JsonReader reader, JsonTokenType expected, string where)
    {
        if (reader.TokenType != expected) throw FileException.Malformed(file, where, $"found {reader.TokenType} at byte {LengthBytes + reader.TokenStartIndex}, expected {expected}");
    }

    private static string Flat(JsonException error) => error.Message.Split(" LineNumber:")[0].TrimEnd('.');
}
