namespace SaeSharp.Saes.Compression;

/// <summary>Reads what a <see cref="RangeEncoder"/> wrote. Bytes beyond the end count as 0: damaged input gives other symbols, never a crash.</summary>
internal sealed class RangeDecoder
{
    private readonly byte[] _bytes;
    private ulong _low, _range = ulong.MaxValue, _code;
    private int _next;

    public RangeDecoder(byte[] bytes)
    {
        _bytes = bytes;
        for (var i = 0; i < 8; i++) _code = _code << 8 | Next();
    }

    /// <summary>Where in <paramref name="total"/> the next symbol lies; <see cref="Take"/> must follow.</summary>
    public uint Place(uint total)
    {
        _range /= total;
        return (uint)Math.Min(unchecked(_code - _low) / _range, total - 1);
    }

    /// <summary>Goes past the symbol that owns <paramref name="count"/> from <paramref name="start"/> on.</summary>
    public void Take(uint start, uint count)
    {
        unchecked
        {
            _low += start * _range;
        }
        _range *= count;
        while (RangeEncoder.NextByte(ref _low, ref _range) is not null) _code = _code << 8 | Next();
    }

    private byte Next() => _next < _bytes.Length ? _bytes[_next++] : (byte)0;
}
