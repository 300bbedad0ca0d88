namespace SaeSharp.Numerics.Files;

/// <summary>A run of bytes that is fetched when somebody first needs it: a part of the file as it lies, or a copy that had to be unpacked.</summary>
/// <param name="bytes">How many there are.</param>
/// <param name="open">Fetches and checks them; called once.</param>
internal sealed class ByteSource(long bytes, Func<(Storage Storage, long Start)> open)
{
    private readonly Lazy<(Storage Storage, long Start)> _place = new(open);

    public long Bytes => bytes;

    /// <summary>Where the bytes are. Throws what <c>open</c> throws, the same each time.</summary>
    public (Storage Storage, long Start) Open() => _place.Value;

    /// <summary>The bytes, where they are few enough for a span.</summary>
    public unsafe ReadOnlySpan<byte> Span()
    {
        var (storage, start) = Open();
        return new((byte*)storage.Address + start, checked((int)bytes));
    }
}
