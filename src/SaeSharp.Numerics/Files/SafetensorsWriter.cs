using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SaeSharp.Numerics.Files;

/// <summary>Writes safetensors files, atomically (<see cref="AtomicFile"/>). The same tensors give the same bytes, in whatever order they come.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes the tensors, widest elements first and then by name, so that each starts at a multiple of its element size.</summary>
    /// <exception cref="ArgumentException">Two tensors have one name, or one has the reserved name <c>__metadata__</c>.</exception>
    /// <exception cref="FileException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, Tensor Tensor)[] ordered = [.. tensors.OrderByDescending(t => t.Tensor.DType.Size()).ThenBy(t => t.Name, StringComparer.Ordinal)];
        RequireNames(ordered);
        var header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (var (_, tensor) in ordered) WriteBytes(stream, tensor);
        });
    }

    private static void RequireNames((string Name, Tensor)[] tensors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        foreach (var (name, _) in tensors)
            if (!seen.Add(name)) throw new ArgumentException($"The tensor name '{name}' is given twice or reserved.", nameof(tensors));
    }

    private static byte[] Header((string Name, Tensor Tensor)[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[SafetensorsHeader.LengthBytes]);
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            var start = 0L;
            foreach (var (name, tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsTypes.Name(tensor.DType));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(start);
                json.WriteNumberValue(start += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % Alignment != 0) buffer.WriteByte((byte)' ');
        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - SafetensorsHeader.LengthBytes);
        return bytes;
    }

    private static unsafe void WriteBytes(Stream stream, Tensor tensor)
    {
        const int Chunk = 1 << 24;
        for (var done = 0L; done < tensor.Bytes; done += Chunk)
            stream.Write(new ReadOnlySpan<byte>((byte*)tensor.Address + done, (int)Math.Min(Chunk, tensor.Bytes - done)));
        GC.KeepAlive(tensor);
    }
}
