namespace SaeSharp.Numerics.Files;

/// <summary>A file opened for reading, and how much memory what it asks for may take in all: its own size and 48 MiB.</summary>
/// <remarks>
/// Whoever makes objects or copies because a file says so charges them here first, so that a small file cannot fill the memory: a bomb is
/// refused by the same sum whether it is made of pickled lists, of deflated zeros or of a stride of 0. Views of the file's bytes cost nothing.
/// </remarks>
public sealed class OpenedFile : IDisposable
{
    private const long SpareBytes = 48L << 20;

    private readonly FileStorage _storage;
    private long _left;
    private volatile bool _viewed, _disposed;

    private OpenedFile(string path, FileStorage storage)
    {
        (Path, _storage) = (path, storage);
        Limit = _left = storage.Bytes + SpareBytes;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    public long Bytes => _storage.Bytes;

    internal bool IsMapped => _storage.IsMapped;

    /// <summary>Most bytes that may be charged.</summary>
    public long Limit { get; }

    /// <summary>Opens a file and lets <paramref name="read"/> make its reader; the file is closed again where that fails.</summary>
    /// <exception cref="FileException">The operating system refused to read it.</exception>
    public static T Read<T>(string path, Func<OpenedFile, T> read) => Read(path, FileStorage.DefaultMapFrom, read);

    internal static T Read<T>(string path, long mapFrom, Func<OpenedFile, T> read)
    {
        var file = new OpenedFile(path, FileStorage.Open(path, mapFrom));
        try
        {
            return read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Some of its bytes; valid until it is disposed.</summary>
    public unsafe ReadOnlySpan<byte> Span(long start, long count)
    {
        if (start < 0 || count is < 0 or > int.MaxValue || start > Bytes - count) throw new ArgumentOutOfRangeException(nameof(start), start, $"{count} bytes do not fit into {Bytes}.");
        return new((byte*)_storage.Address + start, (int)count);
    }

    /// <summary>The first bytes, as many as a span can hold: where headers lie.</summary>
    public ReadOnlySpan<byte> Start => Span(0, Math.Min(Bytes, int.MaxValue));

    /// <summary>The bytes as something that tensors may look into; they then live as long as the tensors.</summary>
    public Storage View()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _viewed = true;
        return _storage;
    }

    /// <summary>Takes memory for <paramref name="what"/> from what the file may cost.</summary>
    /// <exception cref="FileException">There is not that much left.</exception>
    public void Charge(long bytes, string what)
    {
        if (bytes <= Limit && Interlocked.Add(ref _left, -bytes) >= 0) return;
        throw FileException.Unsupported(Path, what, $"reading it takes more than {Limit} bytes of memory, which is all that a file of {Bytes} bytes may ask for",
            "A genuine file does not grow like this; store it uncompressed and without expanded views, best as safetensors.");
    }

    /// <summary>Closes it. Tensors that were read stay valid.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_viewed) _storage.Release();
    }
}
