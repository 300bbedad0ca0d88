using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Families;

/// <summary>The parameters of a model under our names, read from a checkpoint by a family's table. Blocks take theirs while they are built.</summary>
internal sealed class ModelWeights
{
    private readonly string _file;
    private readonly Dictionary<string, (string Source, Tensor Tensor)> _left = new(StringComparer.Ordinal);

    private ModelWeights(string file) => _file = file;

    /// <summary>Number of all parameters.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of all parameters as stored.</summary>
    public long Bytes { get; private set; }

    /// <summary>Reads every tensor the table names; they stay where they lie, in the file.</summary>
    /// <exception cref="ModelException">A row without a tensor, or a tensor without a row; the error names the nearest.</exception>
    public static ModelWeights Read(Checkpoint checkpoint, WeightTable table, int layers)
    {
        var weights = new ModelWeights(checkpoint.Path);
        var unused = new HashSet<string>(checkpoint.Names, StringComparer.Ordinal);
        var known = new List<string>();
        foreach (var (names, parameter) in table.ForLayers(layers))
        {
            known.AddRange(names);
            var source = Array.Find(names, checkpoint.Contains);
            if (source is not null && parameter != WeightTable.Nothing) weights.Add(parameter, source, checkpoint);
            else if (source is null && parameter != WeightTable.Nothing) throw ModelException.MissingTensor(checkpoint.Path, names[0], parameter, Spare(checkpoint, table, layers));
            unused.ExceptWith(names);
        }
        if (unused.Count > 0) throw ModelException.UnusedTensor(checkpoint.Path, unused.Min(StringComparer.Ordinal)!, known, unused.Count - 1);
        return weights;
    }

    /// <summary>The parameter, which must have this shape.</summary>
    public Tensor Take(string parameter, params ReadOnlySpan<(string Name, int Size)> axes) =>
        TryTake(parameter, axes) ?? throw new InvalidOperationException($"The family's weight table has no row for '{parameter}'.");

    /// <summary>The parameter, or null where the family's table has no row for it.</summary>
    public Tensor? TryTake(string parameter, params ReadOnlySpan<(string Name, int Size)> axes)
    {
        if (!_left.Remove(parameter, out var found)) return null;
        var fits = found.Tensor.Rank == axes.Length;
        for (var i = 0; fits && i < axes.Length; i++) fits = found.Tensor.Shape[i] == axes[i].Size;
        if (fits) return found.Tensor;
        var wanted = new List<string>();
        foreach (var (name, size) in axes) wanted.Add($"{name}={size}");
        throw ModelException.WrongShape(_file, found.Source, $"[{string.Join(", ", wanted)}]", found.Tensor.ShapeText);
    }

    /// <summary>Throws where a parameter was read that no block took: the family's table and its spec contradict each other.</summary>
    public void RequireAllTaken()
    {
        if (_left.Count > 0) throw new InvalidOperationException($"No block took {string.Join(", ", _left.Keys)}.");
    }

    private void Add(string parameter, string source, Checkpoint checkpoint)
    {
        var type = checkpoint.Entry(source).DType;
        if (type is not (DType.F32 or DType.F64 or DType.BF16 or DType.F16)) throw ModelException.WrongType(_file, source, checkpoint.Entry(source).TypeName);
        var tensor = checkpoint.Read(source);
        _left.Add(parameter, (source, tensor));
        Count += tensor.Count;
        Bytes += tensor.Bytes;
    }

    /// <summary>Tensors that no row names: candidates for a misspelt one.</summary>
    private static string[] Spare(Checkpoint checkpoint, WeightTable table, int layers)
    {
        // As many layers as the checkpoint can hold are enough, whatever the config claims.
        var named = table.ForLayers(Math.Min(layers, checkpoint.Names.Count)).SelectMany(row => row.InCheckpoint).ToHashSet(StringComparer.Ordinal);
        return [.. checkpoint.Names.Where(name => !named.Contains(name))];
    }
}
