using SaeSharp.Numerics.Files.Numpy;
using SaeSharp.Numerics.Files.Zip;

namespace SaeSharp.Numerics.Files;

/// <summary>A NumPy file, opened for reading: one array (<c>.npy</c>, under the empty name) or a zip archive of named ones (<c>.npz</c>).</summary>
/// <remarks>
/// Arrays of whole and floating-point numbers and truth values, in either byte and axis order. Objects, strings, dates, complex and structured types
/// are refused: the first are pickles. What is stricter than NumPy, by decision: bytes after the data, entries that are no .npy, two of one name.
/// </remarks>
public sealed class NumpyFile : IDisposable
{
    private const string Ending = ".npy";

    private readonly OpenedFile _file;
    private readonly Dictionary<string, StoredTensor> _arrays;

    private NumpyFile(OpenedFile file, Dictionary<string, StoredTensor> arrays) => (_file, _arrays, Names) = (file, arrays, [.. arrays.Keys]);

    /// <summary>The path it was opened by.</summary>
    public string Path => _file.Path;

    /// <summary>All arrays, in the order of their bytes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Opens a file and checks the header of every array. Throws <see cref="FileException"/> where it cannot be read or breaks the format.</summary>
    public static NumpyFile Open(string path) => Open(path, FileStorage.DefaultMapFrom);

    internal static NumpyFile Open(string path, long mapFrom) => OpenedFile.Read(path, mapFrom, file => new NumpyFile(file, file.Start.StartsWith("PK"u8) ? ReadArchive(file) : ReadArray(file)));

    public bool Contains(string name) => _arrays.ContainsKey(name);

    /// <summary>Type, shape and size of an array, without reading it.</summary>
    public TensorEntry Entry(string name) => Stored(name).Entry;

    /// <summary>An array: a view of the file where its bytes allow it, else a copy (<see cref="StoredTensor"/>).</summary>
    public Tensor Read(string name) => Stored(name).Read();

    /// <summary>Closes the file. Tensors that were read stay valid.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>The elements one after another, little-endian, as bytes; also whole numbers that no tensor holds.</summary>
    public byte[] RawBytes(string name) => Stored(name).RawBytes();

    private StoredTensor Stored(string name) => _arrays.TryGetValue(name, out var array) ? array : throw FileException.Missing(Path, "array", name, _arrays.Keys);

    private static Dictionary<string, StoredTensor> ReadArray(OpenedFile file) => new(StringComparer.Ordinal)
    {
        [""] = NumpyHeader.Read(file, "", new ByteSource(file.Bytes, () => (file.View(), 0)), file.Span(0, Math.Min(file.Bytes, NumpyHeader.MaxBytes))),
    };

    private static Dictionary<string, StoredTensor> ReadArchive(OpenedFile file)
    {
        var arrays = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var entry in ZipDirectory.Read(file))
        {
            if (!entry.Name.EndsWith(Ending, StringComparison.Ordinal)) throw FileException.Malformed(file.Path, $"zip entry '{Printable.Of(entry.Name)}'", $"it is no {Ending} array, expected only those");
            var source = ZipContent.Open(file, entry);
            if (!file.IsMapped) source.Open(); // in memory anyway: a damaged file is refused at once
            var start = entry.IsDeflated ? source.Span()[..(int)Math.Min(entry.Bytes, NumpyHeader.MaxBytes)] : file.Span(entry.Start, Math.Min(entry.Bytes, NumpyHeader.MaxBytes));
            var name = entry.Name[..^Ending.Length];
            arrays.Add(name, NumpyHeader.Read(file, name, source, start));
        }
        return arrays;
    }
}
