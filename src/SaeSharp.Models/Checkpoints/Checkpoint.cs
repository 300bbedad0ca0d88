using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Checkpoints;

/// <summary>The weights of a model: one safetensors file, or several with an index that says which tensor is where.</summary>
/// <remarks>Everything is checked when it is opened: each file as a whole, and that each tensor of the index is in its file. What a shard holds beyond the index is not listed.</remarks>
public sealed class Checkpoint : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> _homes;
    private readonly SafetensorsFile[] _files;

    private Checkpoint(string path, SafetensorsFile[] files, Dictionary<string, SafetensorsFile> homes)
    {
        (Path, _files, _homes) = (path, files, homes);
        Names = [.. homes.Keys.Order(StringComparer.Ordinal)];
        Bytes = homes.Sum(home => home.Value.Entry(home.Key).Bytes);
    }

    /// <summary>The weight file, or the index of several.</summary>
    public string Path { get; }

    /// <summary>All tensors, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Bytes of all tensors as stored.</summary>
    public long Bytes { get; }

    /// <summary>The <c>__metadata__</c> of the first file; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _files.Length == 0 ? new Dictionary<string, string>() : _files[0].Metadata;

    /// <summary>Opens a model folder, a safetensors file or an index file.</summary>
    /// <exception cref="FileException">Nothing to read there, a shard missing or damaged, or an index that names what is not there.</exception>
    public static Checkpoint Open(string folderOrFile)
    {
        var path = Directory.Exists(folderOrFile) ? WeightsIn(folderOrFile) : folderOrFile;
        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? OpenIndex(path) : OpenSingle(path);
    }

    public bool Contains(string name) => _homes.ContainsKey(name);

    /// <summary>Type, shape and size of a tensor, without reading it.</summary>
    public TensorEntry Entry(string name) => Home(name).Entry(name);

    /// <summary>The tensor as stored: a read-only view of its file, valid after <see cref="Dispose"/> too (<see cref="SafetensorsFile.Read"/>).</summary>
    /// <exception cref="FileException">There is no such tensor (the hint names the nearest), or no <see cref="Tensor"/> holds its type.</exception>
    public Tensor Read(string name) => Home(name).Read(name);

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private SafetensorsFile Home(string name) => _homes.TryGetValue(name, out var file) ? file : throw FileException.Missing(Path, "tensor", name, _homes.Keys);

    private static string WeightsIn(string folder)
    {
        var single = System.IO.Path.Combine(folder, SingleFile);
        var index = System.IO.Path.Combine(folder, IndexFile);
        if (File.Exists(single)) return single;
        if (File.Exists(index)) return index;
        string[] others = [.. Directory.EnumerateFiles(folder).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal).Take(8)];
        throw FileException.Unsupported(folder, "weights", $"the folder has neither {SingleFile} nor {IndexFile}",
            others.Length == 0 ? "The folder is empty: check the path." : $"It has {string.Join(", ", others)}. Weights in other formats must be converted to safetensors.");
    }

    private static Checkpoint OpenSingle(string path)
    {
        var file = SafetensorsFile.Open(path);
        return new(path, [file], file.Names.ToDictionary(name => name, _ => file, StringComparer.Ordinal));
    }

    private static Checkpoint OpenIndex(string path)
    {
        var shards = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        var homes = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, shard) in ReadIndex(path))
            {
                if (!shards.TryGetValue(shard, out var file)) shards[shard] = file = OpenShard(path, shard);
                if (!file.Contains(name)) throw FileException.Malformed(path, $"tensor '{name}'", $"the index places it in {shard}, which does not have it");
                homes[name] = file;
            }
            return new(path, [.. shards.Values], homes);
        }
        catch
        {
            foreach (var file in shards.Values) file.Dispose();
            throw;
        }
    }

    private static SafetensorsFile OpenShard(string index, string shard)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(index)!, shard);
        return File.Exists(path) ? SafetensorsFile.Open(path) : throw FileException.Malformed(index, $"shard '{shard}'", "the index names this file, but it is not beside it");
    }

    private static IEnumerable<(string Name, string Shard)> ReadIndex(string path)
    {
        var root = StrictJson.Read(path);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw FileException.Malformed(path, "weight_map", "it is missing or not an object, expected tensor names with their files");
        foreach (var row in map.EnumerateObject())
        {
            var shard = row.Value.ValueKind == JsonValueKind.String ? row.Value.GetString()! : "";
            if (!IsPlainName(shard))
                throw FileException.Malformed(path, $"weight_map, '{row.Name}'", $"its file is {row.Value.GetRawText()}, expected the name of a file in the same folder");
            yield return (row.Name, shard);
        }
    }

    /// <summary>A name that cannot lead out of the folder on any system.</summary>
    private static bool IsPlainName(string name) => name is not ("" or "." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;
}
