using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Training;

/// <summary>A run's log as a TensorBoard event file: length-framed protobuf records with masked CRC-32C sums.</summary>
/// <remarks>Format: tensorflow/core/util/event.proto and lib/io/record_writer. Only scalar summaries.</remarks>
internal static class TensorBoardFile
{
    private const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5; // fields of Event
    private const int Value = 1; // field of Summary
    private const int Tag = 1, SimpleValue = 2; // fields of Summary.Value
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5; // wire types

    /// <summary>Writes the points of <paramref name="run"/> into <paramref name="folder"/>; a file of the same run is replaced.</summary>
    public static void Write(string folder, RunSummary run)
    {
        Directory.CreateDirectory(folder);
        var started = run.Info.Started.ToUnixTimeMilliseconds() / 1000.0;
        using var content = new MemoryStream();
        Record(content, Message(started, 0, FileVersion, Encoding.ASCII.GetBytes("brain.Event:2")));
        foreach (var point in run.Points ?? [])
            Record(content, Message(started + Math.Max(0, point.Tokens / Math.Max(point.TokensPerSecond, 1)), point.Step, Summary, Scalars(point)));
        AtomicFile.Write(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{(long)started}.saesharp")), content.ToArray());
    }

    private static byte[] Scalars(RunPoint point)
    {
        using var summary = new MemoryStream();
        void Add(string tag, double? value)
        {
            if (value is not { } number) return;
            using var scalar = new MemoryStream();
            Field(scalar, Tag, Encoding.ASCII.GetBytes(tag));
            Key(scalar, SimpleValue, Fixed32);
            Span<byte> bits = stackalloc byte[sizeof(float)];
            BinaryPrimitives.WriteSingleLittleEndian(bits, (float)number);
            scalar.Write(bits);
            Field(summary, Value, scalar.ToArray());
        }
        Add("loss/total", point.Loss);
        Add("loss/mse", point.Mse);
        Add("loss/sparsity", point.SparsityLoss);
        Add("loss/aux", point.AuxLoss);
        Add("quality/fvu", point.Fvu);
        Add("quality/l0", point.L0);
        Add("quality/dead", point.Dead);
        Add("training/coefficient", point.Coefficient);
        Add("training/gradient_norm", point.GradientNorm);
        Add("training/learning_rate", point.LearningRate);
        Add("training/tokens_per_second", point.TokensPerSecond);
        return summary.ToArray();
    }

    private static byte[] Message(double wallTime, long step, int field, byte[] content)
    {
        using var message = new MemoryStream();
        Key(message, WallTime, Fixed64);
        Span<byte> time = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(time, wallTime);
        message.Write(time);
        Key(message, Step, Varint);
        WriteVarint(message, (ulong)step);
        Field(message, field, content);
        return message.ToArray();
    }

    private static void Field(MemoryStream stream, int number, byte[] content)
    {
        Key(stream, number, Bytes);
        WriteVarint(stream, (ulong)content.Length);
        stream.Write(content);
    }

    private static void Key(MemoryStream stream, int number, int wireType) => WriteVarint(stream, (ulong)(number << 3 | wireType));

    private static void WriteVarint(MemoryStream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7) stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }

    private static void Record(MemoryStream stream, byte[] data)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)], sum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)data.Length);
        stream.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(sum, MaskedCrc(length));
        stream.Write(sum);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(sum, MaskedCrc(data));
        stream.Write(sum);
    }

    /// <summary>CRC-32C, rotated and shifted as the format asks, so that sums of sums differ from sums.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data) crc = BitOperations.Crc32C(crc, value);
        return unchecked(BitOperations.RotateRight(~crc, 15) + 0xa282ead8);
    }
}
