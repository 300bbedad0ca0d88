using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Safetensors files put together by hand, sound or not, and a plain second opinion on which of them are sound.</summary>
internal static class RawSafetensors
{
    /// <summary>A file with this header and <paramref name="data"/> bytes after it.</summary>
    public static byte[] File(string header, int data) => File(Encoding.UTF8.GetBytes(header), new byte[data]);

    public static byte[] File(byte[] header, byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    public static string Tensor(string name, string type, string shape, long begin, long end) =>
        $$"""{{JsonSerializer.Serialize(name)}}:{"dtype":"{{type}}","shape":{{shape}},"data_offsets":[{{begin}},{{end}}]}""";

    /// <summary>Whether a file keeps the format, checked the slow and obvious way: the second code path that the reader is held against.</summary>
    public static bool IsSound(byte[] file)
    {
        try
        {
            if (file.Length < 8) return false;
            var length = BinaryPrimitives.ReadUInt64LittleEndian(file);
            if (length > 100_000_000 || length > (ulong)(file.Length - 8)) return false;
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 };
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file, 8, (int)length);
            using var header = JsonDocument.Parse(text, options);
            var owner = new string?[file.Length - 8 - (int)length];
            return header.RootElement.EnumerateObject().All(row => row.Name == "__metadata__" ? IsMetadata(row.Value) : IsTensor(row.Name, row.Value, owner))
                && owner.All(name => name is not null)
                && header.RootElement.EnumerateObject().All(row => row.Name == "__metadata__" || LiesBetween(row.Value, owner));
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException or FormatException or OverflowException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static bool IsMetadata(JsonElement value) => value.EnumerateObject().All(pair => pair.Value.GetString() is not null);

    private static bool IsTensor(string name, JsonElement row, string?[] owner)
    {
        var shape = row.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var range = row.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        var bits = row.GetProperty("dtype").GetString() switch
        {
            "F64" or "I64" or "U64" or "C64" => 64,
            "F32" or "I32" or "U32" => 32,
            "F16" or "BF16" or "I16" or "U16" => 16,
            "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => 8,
            "F6_E2M3" or "F6_E3M2" => 6,
            "F4" => 4,
            _ => 0,
        };
        if (bits == 0 || range.Length != 2 || shape.Length > 64 || shape.Any(size => size < 0) || row.EnumerateObject().Count() != 3) return false;
        if (shape.Aggregate((long)bits, (product, size) => checked(product * size)) != checked(8 * (range[1] - range[0]))) return false;
        if (range[0] < 0 || range[1] > owner.Length || range[0] > range[1]) return false;
        for (var i = range[0]; i < range[1]; i++)
        {
            if (owner[i] is not null) return false;
            owner[i] = name;
        }
        return true;
    }

    /// <summary>A tensor, an empty one too, starts where no other goes on.</summary>
    private static bool LiesBetween(JsonElement row, string?[] owner)
    {
        var begin = row.GetProperty("data_offsets")[0].GetInt64();
        return begin == 0 || begin == owner.Length || owner[begin - 1] != owner[begin];
    }

    /// <summary>Reads every tensor that can be read, and every byte of it. Returns how many there were.</summary>
    public static int Touch(SafetensorsFile file)
    {
        var read = 0;
        foreach (var name in file.Names)
        {
            try
            {
                var tensor = file.Read(name);
                var sum = 0;
                foreach (var value in tensor.RawBytes()) sum += value;
                Assert.InRange(sum, 0, 255 * (int)tensor.Bytes);
                read++;
            }
            catch (FileException)
            {
                // A type or a size that no tensor holds.
            }
        }
        return read;
    }
}
