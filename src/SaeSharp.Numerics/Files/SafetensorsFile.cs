namespace SaeSharp.Numerics.Files;

/// <summary>A safetensors file, opened for reading and checked as a whole: after <see cref="Open(string)"/> every tensor lies inside the file.</summary>
/// <remarks>
/// Large files are mapped, small ones and those that everybody may write are read into memory (<see cref="FileStorage"/> says why). Tensors are views of
/// those bytes and stay valid after <see cref="Dispose"/>. Treat them as read-only. Safe for several threads.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly FileStorage _storage;
    private readonly long _dataStart;
    private readonly Dictionary<string, TensorEntry> _entries;
    private volatile bool _viewed, _disposed;

    private SafetensorsFile(string path, FileStorage storage, long dataStart, List<TensorEntry> entries, Dictionary<string, string> metadata)
    {
        (Path, _storage, _dataStart, Metadata) = (path, storage, dataStart, metadata);
        Names = [.. entries.Select(entry => entry.Name)];
        _entries = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>All tensors, in the order of their bytes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The file's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks all of its header. Throws <see cref="FileException"/> where it cannot be read or breaks the format.</summary>
    public static SafetensorsFile Open(string path) => Open(path, FileStorage.DefaultMapFrom);

    internal static SafetensorsFile Open(string path, long mapFrom)
    {
        var storage = FileStorage.Open(path, mapFrom);
        try
        {
            var length = SafetensorsHeader.ReadLength(path, Bytes(storage, 0, (int)Math.Min(storage.Bytes, SafetensorsHeader.LengthBytes)), storage.Bytes);
            var dataStart = (long)SafetensorsHeader.LengthBytes + length;
            var (entries, metadata) = SafetensorsHeader.Parse(path, Bytes(storage, SafetensorsHeader.LengthBytes, length), storage.Bytes - dataStart);
            return new(path, storage, dataStart, entries, metadata);
        }
        catch
        {
            storage.Release();
            throw;
        }
    }

    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Type, shape and place of a tensor, without reading it. Throws <see cref="FileException"/> naming the nearest name where there is none.</summary>
    public TensorEntry Entry(string name) => _entries.TryGetValue(name, out var entry) ? entry : throw FileException.Missing(Path, "tensor", name, _entries.Keys);

    /// <summary>A tensor as it lies in the file: a view, or an aligned copy where its bytes start at an address its elements may not have.</summary>
    /// <exception cref="FileException">There is no such tensor, or its type or size is one that no <see cref="Tensor"/> holds.</exception>
    public Tensor Read(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entry = Entry(name);
        if (entry.DType is not { } type)
        {
            throw FileException.Unsupported(Path, $"tensor '{name}'", $"its type {entry.TypeName} is not one that is read: {SafetensorsTypes.HeldNames}",
                "Convert the file to one of these types first.");
        }
        if (!Fits(entry.Shape))
        {
            throw FileException.Unsupported(Path, $"tensor '{name}'", $"its shape {entry.ShapeText} has an axis longer than {int.MaxValue}, or more rows",
                "Store it in parts.");
        }

        int[] shape = [.. entry.Shape.Select(size => (int)size)];
        var start = _dataStart + entry.Start;
        if ((_storage.Address + start) % type.Size() != 0) return AlignedCopy(type, shape, start);
        _viewed = true;
        var view = new Tensor(type, shape, _storage, start);
        if (type == DType.Bool) RequireBooleans(view, name);
        return view;
    }

    /// <summary>Copies some bytes of a tensor, also of types that <see cref="Read"/> refuses.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="start">First byte of it.</param>
    /// <param name="to">As many as it holds are copied.</param>
    public void CopyBytes(string name, long start, Span<byte> to)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entry = Entry(name);
        if (start < 0 || start > entry.Bytes - to.Length) throw new ArgumentOutOfRangeException(nameof(start), start, $"The tensor '{name}' has {entry.Bytes} bytes; {to.Length} are asked for.");
        Bytes(_storage, _dataStart + entry.Start + start, to.Length).CopyTo(to);
    }

    /// <summary>Closes the file. Tensors that were read stay valid and hold its bytes until the last of them is collected.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_viewed) _storage.Release();
    }

    internal bool IsMapped => _storage.IsMapped;

    /// <summary>The bytes of any tensor, also of types that <see cref="Read"/> refuses.</summary>
    internal byte[] RawBytes(string name) => Bytes(_storage, _dataStart + Entry(name).Start, checked((int)Entry(name).Bytes)).ToArray();

    /// <summary>Whether tensors can count its rows and columns, empty shapes included.</summary>
    private static bool Fits(IReadOnlyList<long> shape)
    {
        var rows = 1L;
        for (var i = 0; i < shape.Count; i++)
        {
            if (rows > int.MaxValue || shape[i] > int.MaxValue) return false;
            rows *= shape[i];
        }
        return true;
    }

    private unsafe Tensor AlignedCopy(DType type, int[] shape, long start)
    {
        var copy = Tensor.Zeros(type, shape);
        Buffer.MemoryCopy((void*)(_storage.Address + start), (void*)copy.Address, copy.Bytes, copy.Bytes);
        return copy;
    }

    /// <summary>.NET assumes that a bool is 0 or 1; other bytes would make comparisons lie.</summary>
    private void RequireBooleans(Tensor tensor, string name)
    {
        for (var row = 0; row < tensor.RowCount; row++)
        {
            var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Row<bool>(row));
            var odd = bytes.IndexOfAnyExceptInRange((byte)0, (byte)1);
            if (odd >= 0) throw FileException.Malformed(Path, $"tensor '{name}'", $"it is BOOL and holds the byte {bytes[odd]}, expected 0 or 1");
        }
    }

    private static unsafe ReadOnlySpan<byte> Bytes(FileStorage storage, long start, int count) => new((byte*)storage.Address + start, count);
}
