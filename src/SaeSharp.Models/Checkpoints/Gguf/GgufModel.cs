using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Checkpoints.Gguf;

/// <summary>A model as llama.cpp stores it, translated: tensor names, layouts and config as Hugging Face has them.</summary>
/// <remarks>Tensors that the architecture's table does not know keep their own names, and the family's loader then says that it has no use for them.</remarks>
internal sealed class GgufModel
{
    private readonly GgufFile _file;
    private readonly GgufMetadata _metadata;
    private readonly GgufArchitecture? _architecture;

    public GgufModel(GgufFile file)
    {
        (_file, _metadata) = (file, new(file));
        _architecture = GgufArchitectures.Of(_metadata.Architecture);
        var split = _metadata.OptionalCount("split.count") ?? 1;
        if (split > 1) throw FileException.Unsupported(file.Path, "split.count", $"the model is split into {split} files, expected one", "Merge them first: llama-gguf-split --merge.");
    }

    /// <summary>All tensors under Hugging Face's names; those that only the config needs are left out.</summary>
    public Dictionary<string, Weight> Weights()
    {
        var weights = new Dictionary<string, Weight>(StringComparer.Ordinal);
        foreach (var name in _file.Names)
        {
            var (renamed, layout) = _architecture?.Rename(name) ?? (name, GgufLayout.Same);
            if (layout == GgufLayout.ForConfig) continue;
            var entry = _file.Entry(name);
            if (layout == GgufLayout.Transposed) entry = entry with { Shape = [.. entry.Shape.Reverse()] };
            if (!weights.TryAdd(renamed, new(entry with { Name = renamed }, () => Read(name, layout)))) throw FileException.Malformed(_file.Path, $"tensor '{name}'", $"it means '{renamed}', which the file has already");
        }
        return weights;
    }

    /// <summary>The config that Hugging Face's would be.</summary>
    /// <exception cref="FileException">The architecture is not known, or a value is missing or not one that can be run.</exception>
    public HfConfig Config() => _architecture is { } known ? HfConfig.Parse(known.Config(_metadata).ToJsonString(), _file.Path) : throw FileException.Unsupported(
        _file.Path, "general.architecture", $"it is '{_metadata.Architecture}', expected one of {string.Join(", ", GgufArchitectures.Names)}", "Use the model's Hugging Face folder where its family is known there.");

    private Tensor Read(string name, GgufLayout layout) => layout switch
    {
        GgufLayout.QueryPairs => NeighbourPairs.ToHalves(_file.Read(name), _metadata.Heads, _file.Path, name),
        GgufLayout.KeyPairs => NeighbourPairs.ToHalves(_file.Read(name), _metadata.KeyHeads, _file.Path, name),
        GgufLayout.PlusOne => MinusOne(_file.Read(name)),
        GgufLayout.Transposed => Transposed(_file.Read(name)),
        _ => _file.Read(name),
    };

    private static Tensor MinusOne(Tensor gain)
    {
        var result = Tensor.Zeros(gain.DType, gain.Shape);
        for (var i = 0L; i < gain.Count; i++) result.Write(i, gain.Read(i) - 1);
        return result;
    }

    private Tensor Transposed(Tensor matrix)
    {
        if (matrix.Rank != 2) throw FileException.Malformed(_file.Path, "tensor", $"a matrix is {matrix.ShapeText}, expected two axes");
        var result = Tensor.Zeros(matrix.DType, matrix.Shape[1], matrix.Shape[0]);
        var (rows, columns) = ((long)matrix.Shape[0], (long)matrix.Shape[1]);
        for (var row = 0L; row < rows; row++)
            for (var column = 0L; column < columns; column++) result.Write(column * rows + row, matrix.Read(row * columns + column));
        return result;
    }
}
