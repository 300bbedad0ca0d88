using System.Buffers.Binary;
using System.Text;

namespace SaeSharp.Testing;

/// <summary>Torch files put together by hand: pickles of tensors in either container.</summary>
internal static class RawTorch
{
    private static readonly byte[] Magic = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

    /// <summary>A tensor over a storage of its own, whose key is its place.</summary>
    public sealed record Part(string Name, string Storage, int ElementBytes, long[] Shape, byte[] Data);

    /// <summary>The zip container of a dict of these tensors; <paramref name="pickle"/> may stand in its place.</summary>
    public static byte[] Archive(Part[] parts, byte[]? pickle = null, bool deflated = false) => RawZip.Of(Entries(parts, pickle), deflated);

    public static (string Name, byte[] Content)[] Entries(Part[] parts, byte[]? pickle = null) =>
    [
        ("archive/data.pkl", pickle ?? Pickle(Dict(parts, legacy: false))),
        ("archive/byteorder", "little"u8.ToArray()),
        .. parts.Select((part, i) => ($"archive/data/{i}", part.Data)),
        ("archive/version", "3\n"u8.ToArray()),
    ];

    /// <summary>The container before PyTorch 1.6.</summary>
    public static byte[] Legacy(Part[] parts, byte[]? pickle = null) =>
    [
        .. Pickle(Magic),
        .. Pickle(Number(1001)),
        .. Pickle([(byte)'}', .. Text("little_endian"), 0x88, (byte)'s']),
        .. pickle ?? Pickle(Dict(parts, legacy: true)),
        .. Pickle([(byte)']', (byte)'(', .. parts.SelectMany((_, i) => Text($"{i}")), (byte)'e']),
        .. parts.SelectMany(part => (byte[])[.. BitConverter.GetBytes((long)(part.Data.Length / part.ElementBytes)), .. part.Data]),
    ];

    /// <summary>A protocol 2 pickle of these steps.</summary>
    public static byte[] Pickle(byte[] steps) => [0x80, 2, .. steps, (byte)'.'];

    public static byte[] Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return [(byte)'X', .. BitConverter.GetBytes(utf8.Length), .. utf8];
    }

    public static byte[] Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return [0x8A, 8, .. bytes];
    }

    public static byte[] Global(string module, string name) => [(byte)'c', .. Encoding.UTF8.GetBytes($"{module}\n{name}\n")];

    public static byte[] Tuple(params byte[][] items) => [(byte)'(', .. items.SelectMany(item => item), (byte)'t'];

    /// <summary>The steps that make a tensor.</summary>
    public static byte[] Tensor(string storage, string key, long elements, long offset, long[] shape, long[] strides, bool legacy = false) =>
    [
        .. Global("torch._utils", "_rebuild_tensor_v2"),
        .. Tuple(
            [.. Tuple([Text("storage"), Global("torch", storage), Text(key), Text("cpu"), Number(elements), .. legacy ? (byte[][])[[(byte)'N']] : []]), (byte)'Q'],
            Number(offset), Tuple([.. shape.Select(Number)]), Tuple([.. strides.Select(Number)]), [0x89], [.. Global("collections", "OrderedDict"), (byte)')', (byte)'R']),
        (byte)'R',
    ];

    private static byte[] Dict(Part[] parts, bool legacy) =>
        [(byte)'}', (byte)'(', .. parts.SelectMany((part, i) => (byte[])[.. Text(part.Name), .. Tensor(part.Storage, $"{i}", part.Data.Length / part.ElementBytes, 0, part.Shape, RowMajor(part.Shape), legacy)]), (byte)'u'];

    private static long[] RowMajor(long[] shape) => [.. shape.Select((_, axis) => shape[(axis + 1)..].Aggregate(1L, (product, size) => product * size))];
}
