using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Pickles;

namespace SaeSharp.Saes.Formats;

/// <summary>Named tensors in safetensors, NumPy or torch files, one or several, read the same way.</summary>
internal sealed class TensorFile : IDisposable
{
    private readonly Dictionary<string, (TensorEntry Entry, Func<Tensor> Read)> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PickleValue> _values = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _files = [];

    private TensorFile(string path) => Path = path;

    /// <summary>What errors name.</summary>
    public string Path { get; }

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <exception cref="FileException">A file cannot be read, is damaged, or two hold a tensor of one name.</exception>
    public static TensorFile Open(params ReadOnlySpan<string> paths)
    {
        var opened = new TensorFile(paths[0]);
        try
        {
            foreach (var path in paths) opened.Add(path);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _tensors.ContainsKey(name);

    public bool HasAll(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (!Has(name)) return false;
        return true;
    }

    /// <summary>The first of these names that is there.</summary>
    /// <exception cref="FileException">None is.</exception>
    public string Which(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Has(name)) return name;
        throw FileException.Missing(Path, "tensor", names[0], _tensors.Keys);
    }

    /// <summary>Length of an axis; the tensor must have <paramref name="rank"/> axes.</summary>
    public int Size(string name, int axis, int rank)
    {
        var shape = Find(name).Entry.Shape;
        if (shape.Count != rank) throw FileException.Malformed(Path, $"tensor '{name}'", $"it has {shape.Count} axes, expected {rank}");
        return shape[axis] is > 0 and <= int.MaxValue ? (int)shape[axis] : throw FileException.Malformed(Path, $"tensor '{name}'", $"axis {axis} is {shape[axis]} long, expected 1 to {int.MaxValue}");
    }

    public int Rank(string name) => Find(name).Entry.Shape.Count;

    /// <summary>The tensor as f32.</summary>
    public Tensor Read(string name) => Find(name).Read().To(DType.F32);

    /// <summary>A matrix as f32, turned over.</summary>
    public Tensor Transposed(string name)
    {
        Size(name, 0, rank: 2);
        return MatrixTranspose.Of(Read(name));
    }

    /// <summary>What a torch file holds beside tensors; null where there is none.</summary>
    public PickleValue? Value(string name) => _values.GetValueOrDefault(name);

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private (TensorEntry Entry, Func<Tensor> Read) Find(string name) => _tensors.TryGetValue(name, out var found) ? found : throw FileException.Missing(Path, "tensor", name, _tensors.Keys);

    private void Add(string path)
    {
        if (path.EndsWith(".safetensors", StringComparison.Ordinal)) AddSafetensors(path);
        else if (path.EndsWith(".npz", StringComparison.Ordinal)) AddNumpy(path);
        else AddTorch(path);
    }

    private void AddSafetensors(string path)
    {
        var file = Keep(SafetensorsFile.Open(path));
        foreach (var name in file.Names) Add(path, name, file.Entry(name), () => file.Read(name));
    }

    private void AddNumpy(string path)
    {
        var file = Keep(NumpyFile.Open(path));
        foreach (var name in file.Names) Add(path, name, file.Entry(name), () => file.Read(name));
    }

    private void AddTorch(string path)
    {
        var file = Keep(TorchFile.Open(path));
        if (file.Root is not PickleValue.Dictionary root) throw FileException.Malformed(path, "content", "it is no dict of tensors");
        foreach (var (key, value) in root.Items)
        {
            if (key is not PickleValue.Text { Value: var name }) continue;
            if (value is PickleValue.Tensor { Value: var tensor }) Add(path, name, tensor.Entry, tensor.Read);
            else _values[name] = value;
        }
    }

    private T Keep<T>(T file) where T : IDisposable
    {
        _files.Add(file);
        return file;
    }

    private void Add(string path, string name, TensorEntry entry, Func<Tensor> read)
    {
        if (!_tensors.TryAdd(name, (entry, read))) throw FileException.Malformed(path, $"tensor '{name}'", $"{Path} has one of that name too");
    }
}
