using System.Text;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Writes small sentencepiece models.</summary>
internal static class PieceModels
{
    public const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;
    public const int Unigram = 1, Bpe = 2;

    private static readonly (string, float, int)[] Ends = [("<unk>", 0, Unknown), ("<s>", 0, Control), ("</s>", 0, Control)];

    /// <summary>The three pieces that every model here begins with, and more.</summary>
    public static (string Text, float Score, int Kind)[] WithEnds(params (string Text, float Score, int Kind)[] pieces) => [.. Ends, .. pieces];

    /// <summary>All 256 byte pieces.</summary>
    public static (string Text, float Score, int Kind)[] Bytes => [.. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f, Byte))];

    /// <summary>A model file.</summary>
    /// <param name="type">Unigram or BPE.</param>
    /// <param name="pieces">Its pieces.</param>
    /// <param name="trainer">More fields of its trainer_spec, number and value.</param>
    /// <param name="normalizer">Fields of its normalizer_spec: 3 a space in front, 4 spaces put together, 5 spaces written as ▁.</param>
    /// <param name="map">Its character map.</param>
    public static byte[] Write(int type, (string Text, float Score, int Kind)[] pieces, (int Field, int Value)[]? trainer = null, (int Field, int Value)[]? normalizer = null, byte[]? map = null)
    {
        var file = new List<byte>();
        foreach (var (text, score, kind) in pieces)
            Message(file, 1, [.. Field(1, Encoding.UTF8.GetBytes(text)), .. Key(2, 5), .. BitConverter.GetBytes(score), .. Number(3, kind)]);
        Message(file, 2, [.. Number(3, type), .. (trainer ?? []).SelectMany(field => Number(field.Field, field.Value))]);
        Message(file, 3, [.. map is null ? [] : Field(2, map), .. (normalizer ?? []).SelectMany(field => Number(field.Field, field.Value))]);
        Message(file, 99, [1, 2, 3]);   // a field that nobody knows
        return [.. file];
    }

    private static void Message(List<byte> file, int field, byte[] content) => file.AddRange(Field(field, content));

    private static byte[] Field(int field, byte[] content) => [.. Key(field, 2), .. Varint((uint)content.Length), .. content];

    private static byte[] Number(int field, int value) => [.. Key(field, 0), .. Varint((uint)value)];

    private static byte[] Key(int field, int wire) => Varint((uint)(field << 3 | wire));

    private static byte[] Varint(uint value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
