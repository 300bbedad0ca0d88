using System.Text;

namespace SaeSharp.Testing;

/// <summary>GGUF files put together by hand.</summary>
internal static class RawGguf
{
    public const int F32 = 0, F16 = 1, Q8_0 = 8, BF16 = 30;
    private const int Alignment = 32;

    /// <summary>A tensor; the shape is row-major, as everywhere but in the file.</summary>
    public sealed record Part(string Name, int Type, long[] Shape, byte[] Data);

    /// <summary>A version 3 file. Values may be int, float, bool, string, and arrays of int and string.</summary>
    public static byte[] File(IReadOnlyDictionary<string, object> metadata, IReadOnlyList<Part> parts)
    {
        using var bytes = new MemoryStream();
        using var file = new BinaryWriter(bytes);
        file.Write("GGUF"u8);
        file.Write(3);
        file.Write((long)parts.Count);
        file.Write((long)metadata.Count);
        foreach (var (key, value) in metadata)
        {
            WriteText(file, key);
            file.Write(Kind(value));
            WriteValue(file, value);
        }
        var start = 0L;
        foreach (var part in parts)
        {
            WriteText(file, part.Name);
            file.Write(part.Shape.Length);
            foreach (var size in part.Shape.Reverse()) file.Write(size);
            file.Write(part.Type);
            file.Write(start);
            start += Padded(part.Data.Length);
        }
        foreach (var part in parts)
        {
            file.Write(new byte[Padded(bytes.Length) - bytes.Length]);
            file.Write(part.Data);
        }
        return bytes.ToArray();
    }

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static int Kind(object value) => value switch
    {
        int => 5,
        float => 6,
        bool => 7,
        string => 8,
        _ => 9,
    };

    private static void WriteValue(BinaryWriter file, object value)
    {
        switch (value)
        {
            case int number: file.Write(number); break;
            case float number: file.Write(number); break;
            case bool flag: file.Write(flag); break;
            case string text: WriteText(file, text); break;
            case Array list:
                file.Write(Kind(list.GetValue(0)!));
                file.Write((long)list.Length);
                foreach (var item in list) WriteValue(file, item);
                break;
        }
    }

    private static void WriteText(BinaryWriter file, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        file.Write((long)utf8.Length);
        file.Write(utf8);
    }
}
