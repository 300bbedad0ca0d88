using System.Buffers.Binary;

namespace SaeSharp.Numerics.Files;

/// <summary>Reads little-endian numbers one after another and never past the end: that is a typed error which names the place.</summary>
/// <param name="file">The file, as errors call it.</param>
/// <param name="part">The part of the file, as errors call it: <c>data.pkl</c>, <c>header</c>.</param>
/// <param name="bytes">The bytes of that part.</param>
internal ref struct ByteCursor(string file, string part, ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The next byte's index.</summary>
    public int At { get; private set; }

    public readonly int Left => _bytes.Length - At;

    /// <summary>The place, as errors call it.</summary>
    public readonly string Where => $"{part}, byte {At}";

    /// <summary>The next <paramref name="count"/> bytes.</summary>
    public ReadOnlySpan<byte> Take(long count, string what)
    {
        if (count < 0 || count > Left) throw Error($"{what} takes {(count < 0 ? (ulong)count : count)} bytes, but {Left} are left");
        var taken = _bytes.Slice(At, (int)count);
        At += (int)count;
        return taken;
    }

    /// <summary>The bytes up to the next line feed, which is skipped.</summary>
    public ReadOnlySpan<byte> Line(int atMost, string what)
    {
        var length = _bytes.Slice(At, Math.Min(Left, atMost + 1)).IndexOf((byte)'\n');
        if (length < 0) throw Error($"{what} does not end within {atMost} bytes");
        var line = _bytes.Slice(At, length);
        At += length + 1;
        return line;
    }

    public byte Byte(string what) => Take(1, what)[0];

    public ushort UInt16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, what));

    public int Int32(string what) => BinaryPrimitives.ReadInt32LittleEndian(Take(4, what));

    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public long Int64(string what) => BinaryPrimitives.ReadInt64LittleEndian(Take(8, what));

    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>A 64-bit count or length that must fit in 63 bits.</summary>
    public long Length(string what) => UInt64(what) is <= long.MaxValue and var value ? (long)value : throw Error($"{what} is beyond 2^63");

    /// <summary>Moves to another byte of the part.</summary>
    public void MoveTo(long at, string what)
    {
        if (at < 0 || at > _bytes.Length) throw Error($"{what} lies at byte {at}, expected 0 to {_bytes.Length}");
        At = (int)at;
    }

    public readonly FileException Error(string reason, Exception? inner = null) => FileException.Malformed(file, Where, reason, inner);
}
