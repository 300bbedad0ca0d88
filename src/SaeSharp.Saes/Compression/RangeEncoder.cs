namespace SaeSharp.Saes.Compression;

/// <summary>Writes symbols in as many bits as their shares of a total ask for, to a few millionths: arithmetic coding on whole bytes.</summary>
/// <remarks>Martin 1979; carry-less as by Subbotin 1999, with 64 bits, so that totals up to 2³² lose nothing that shows.</remarks>
internal sealed class RangeEncoder
{
    internal const ulong Top = 1UL << 56, Bottom = 1UL << 48;
    private readonly List<byte> _bytes = [];
    private ulong _low, _range = ulong.MaxValue;

    /// <summary>Writes the symbol that owns <paramref name="count"/> of <paramref name="total"/>, from <paramref name="start"/> on.</summary>
    public void Write(uint start, uint count, uint total)
    {
        _range /= total;
        unchecked
        {
            _low += start * _range;
        }
        _range *= count;
        while (NextByte(ref _low, ref _range) is { } settled) _bytes.Add(settled);
    }

    /// <summary>Everything written so far, closed.</summary>
    public byte[] Finish()
    {
        for (var i = 0; i < 8; i++)
        {
            _bytes.Add((byte)(_low >> 56));
            _low <<= 8;
        }
        return [.. _bytes];
    }

    /// <summary>The next byte that the interval settles, shifted out of it; null where none is settled and the interval is wide enough.</summary>
    internal static byte? NextByte(ref ulong low, ref ulong range)
    {
        unchecked
        {
            if ((low ^ (low + range)) >= Top)
            {
                if (range >= Bottom) return null;
                range = (0 - low) & (Bottom - 1); // the interval is narrow and lies across a byte's border: the part below it is given up
            }
            var settled = (byte)(low >> 56);
            (low, range) = (low << 8, range << 8);
            return settled;
        }
    }
}
