using SaeSharp.Numerics.Files.Gguf;

namespace SaeSharp.Numerics.Files;

/// <summary>A GGUF file (versions 2 and 3, little-endian), opened for reading: all metadata, and tensors under their own names.</summary>
/// <remarks>
/// Floats and 32- and 64-bit integers are views of the file. Quantised tensors (<see cref="GgufTypes"/>) become f32 when read, which takes up to 8 times their bytes.
/// What is stricter than the format's text, by decision, as in llama.cpp: tensors lie one after another, padded to the alignment and nothing more; no
/// arrays within arrays; no key or tensor twice; nothing after the last tensor but padding.
/// </remarks>
public sealed class GgufFile : IDisposable
{
    private readonly OpenedFile _file;
    private readonly long _dataStart;
    private readonly Dictionary<string, TensorEntry> _entries;

    private GgufFile(OpenedFile file, GgufHeader header)
    {
        (_file, _dataStart, Metadata) = (file, header.DataStart, header.Metadata);
        Names = [.. header.Tensors.Select(entry => entry.Name)];
        _entries = header.Tensors.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path it was opened by.</summary>
    public string Path => _file.Path;

    /// <summary>All tensors, in the order of their bytes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>All metadata, in the file's order.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>Opens a file and checks all of its header. Throws <see cref="FileException"/> where it cannot be read or breaks the format.</summary>
    public static GgufFile Open(string path) => Open(path, FileStorage.DefaultMapFrom);

    internal static GgufFile Open(string path, long mapFrom) => OpenedFile.Read(path, mapFrom, file => new GgufFile(file, GgufHeader.Read(file)));

    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Type (as GGUF spells it), row-major shape and place of a tensor, without reading it.</summary>
    public TensorEntry Entry(string name) => _entries.TryGetValue(name, out var entry) ? entry : throw FileException.Missing(Path, "tensor", name, _entries.Keys);

    /// <summary>The tensor: a view of the file, or f32 numbers made from a quantised one.</summary>
    /// <exception cref="FileException">There is no such tensor, or no <see cref="Tensor"/> holds its shape.</exception>
    public unsafe Tensor Read(string name)
    {
        var entry = Entry(name);
        var type = GgufTypes.Of(entry.TypeName);
        var storage = _file.View();
        var start = _dataStart + entry.Start;
        if (type.Unpack is null)
            return StoredTensor.Within(_file, new(entry.Bytes, () => (storage, start)), name, entry.TypeName, [.. entry.Shape], StoredTensor.RowMajor([.. entry.Shape])).Read();
        if (entry.Shape.Any(size => size > int.MaxValue) || entry.Shape.SkipLast(1).Aggregate(1L, (rows, size) => rows * size) > int.MaxValue)
            throw FileException.Unsupported(Path, $"tensor '{name}'", $"its shape {entry.ShapeText} has an axis longer than {int.MaxValue}, or more rows", "Store it in parts.");
        var tensor = Tensor.Zeros(DType.F32, [.. entry.Shape.Select(size => (int)size)]);
        var from = (byte*)storage.Address + start;
        var to = tensor.Pointer<float>();
        for (var block = 0L; block < entry.Bytes / type.BlockBytes; block++)
            type.Unpack(new(from + block * type.BlockBytes, type.BlockBytes), new(to + block * type.BlockSize, type.BlockSize));
        GC.KeepAlive(storage);
        return tensor;
    }

    /// <summary>Closes the file. Tensors that were read stay valid.</summary>
    public void Dispose() => _file.Dispose();
}
