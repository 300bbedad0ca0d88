using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Checkpoints;

/// <summary>The weights of a model: one file of any format that is read, or several with an index that says which tensor is where.</summary>
/// <remarks>
/// safetensors, PyTorch's own files (read as data), GGUF, and those of llama2.c; the last two describe their model too (<see cref="Config"/>) and are given
/// under the names and in the layout of Hugging Face's. Everything is checked when it is opened: each file as a whole, and that each tensor of the index
/// is in its file. What a shard holds beyond the index is not listed.
/// </remarks>
public sealed class Checkpoint : IDisposable
{
    private readonly Dictionary<string, Weight> _weights;
    private readonly WeightFile[] _files;

    private Checkpoint(string path, WeightFile[] files, Dictionary<string, Weight> weights)
    {
        (Path, _files, _weights) = (path, files, Mxfp4.Unpacked(path, weights));
        Names = [.. _weights.Keys.Order(StringComparer.Ordinal)];
        Bytes = _weights.Values.Sum(weight => weight.Entry.Bytes);
    }

    /// <summary>The weight file, or the index of several.</summary>
    public string Path { get; }

    /// <summary>The files with the tensors: one, or all that the index names.</summary>
    public IEnumerable<string> Files => _files.Select(file => file.Path);

    /// <summary>All tensors, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Bytes of all tensors as stored.</summary>
    public long Bytes { get; }

    /// <summary>Texts the first file carries beside its tensors: the <c>__metadata__</c> of safetensors, texts of GGUF; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _files.Length == 0 ? new Dictionary<string, string>() : _files[0].Metadata;

    /// <summary>Whether the file says itself what model it is; else <c>config.json</c> does.</summary>
    public bool DescribesModel => _files is [{ Config: not null }];

    /// <summary>Opens a model folder, a weight file or an index file. In a folder safetensors come before the others.</summary>
    /// <exception cref="FileException">Nothing to read there, a shard missing or damaged, or an index that names what is not there.</exception>
    public static Checkpoint Open(string folderOrFile)
    {
        var path = Directory.Exists(folderOrFile) ? WeightsIn(folderOrFile) : folderOrFile;
        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? OpenIndex(path) : OpenSingle(path);
    }

    public bool Contains(string name) => _weights.ContainsKey(name);

    /// <summary>Type, shape and size of a tensor, without reading it.</summary>
    public TensorEntry Entry(string name) => Weight(name).Entry;

    /// <summary>The tensor, read-only and valid after <see cref="Dispose"/> too: a view of its file where it lies there as tensors need it, else a copy.</summary>
    /// <exception cref="FileException">There is no such tensor (the hint names the nearest), or no <see cref="Tensor"/> holds its type.</exception>
    public Tensor Read(string name) => Weight(name).Read();

    /// <summary>What model these weights are of: as the file itself says, or the <c>config.json</c> beside it.</summary>
    /// <exception cref="FileException">There is neither, or the file describes a model that cannot be run.</exception>
    public HfConfig Config() => DescribesModel ? _files[0].Config!() : HfConfig.Read(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, ModelPath.ConfigFile));

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private Weight Weight(string name) => _weights.TryGetValue(name, out var weight) ? weight : throw FileException.Missing(Path, "tensor", name, _weights.Keys);

    private static string WeightsIn(string folder)
    {
        if (CheckpointFormats.In(folder) is { } found) return found;
        string[] others = [.. Directory.EnumerateFiles(folder).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal).Take(8)];
        throw FileException.Unsupported(folder, "weights", $"the folder has none of {string.Join(", ", CheckpointFormats.All.Select(format => format.FileInFolder ?? $"*{format.Endings[0]}"))}, nor the index of one",
            others.Length == 0 ? "The folder is empty: check the path." : $"It has {string.Join(", ", others)}. Weights in other formats must be converted to safetensors.");
    }

    private static Checkpoint OpenSingle(string path)
    {
        var file = CheckpointFormats.Open(path);
        try
        {
            return new(path, [file], file.Weights.ToDictionary(StringComparer.Ordinal));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Checkpoint OpenIndex(string path)
    {
        var shards = new Dictionary<string, WeightFile>(StringComparer.Ordinal);
        var weights = new Dictionary<string, Weight>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, shard) in ReadIndex(path))
            {
                if (!shards.TryGetValue(shard, out var file)) shards[shard] = file = OpenShard(path, shard);
                if (!file.Weights.TryGetValue(name, out var weight)) throw FileException.Malformed(path, $"tensor '{name}'", $"the index places it in {shard}, which does not have it");
                weights[name] = weight;
            }
            return new(path, [.. shards.Values], weights);
        }
        catch
        {
            foreach (var file in shards.Values) file.Dispose();
            throw;
        }
    }

    private static WeightFile OpenShard(string index, string shard)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(index)!, shard);
        return File.Exists(path) ? CheckpointFormats.Open(path) : throw FileException.Malformed(index, $"shard '{shard}'", "the index names this file, but it is not beside it");
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
