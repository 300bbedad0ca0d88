using System.Buffers.Binary;

namespace SaeSharp.Numerics.Files.Zip;

/// <summary>The zip64 field among an entry's extra fields: 64-bit numbers in place of those that are all ones, in their order.</summary>
internal ref struct ZipWideSizes
{
    private const int Zip64 = 1;
    private ReadOnlySpan<byte> _numbers;

    public ZipWideSizes(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var (id, size) = (BinaryPrimitives.ReadUInt16LittleEndian(extra), BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]));
            if (size > extra.Length - 4) break;
            if (id == Zip64) _numbers = extra.Slice(4, size);
            extra = extra[(4 + size)..];
        }
        IsBroken = extra.Length > 0;
    }

    /// <summary>Whether a field is cut off, or a number that should be there is not.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The number, or the field's next where it is all ones.</summary>
    public long Size(uint number)
    {
        if (number != uint.MaxValue) return number;
        if (_numbers.Length < 8 || BinaryPrimitives.ReadInt64LittleEndian(_numbers) is not (>= 0 and var wide))
        {
            IsBroken = true;
            return 0;
        }
        _numbers = _numbers[8..];
        return wide;
    }
}
