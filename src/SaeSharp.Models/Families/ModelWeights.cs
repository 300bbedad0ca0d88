using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Families;

/// <summary>The parameters of a model under our names, read from a checkpoint by a family's table. Blocks take theirs while they are built.</summary>
internal sealed class ModelWeights
{
    private readonly string _file;
    private readonly Dictionary<string, StoredWeight> _left = new(StringComparer.Ordinal);

    private ModelWeights(string file, DType computeType) => (_file, ComputeType) = (file, computeType);

    /// <summary>F32 or F64: what the model computes in.</summary>
    public DType ComputeType { get; }

    /// <summary>Number of all parameters.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of all parameters as stored.</summary>
    public long Bytes { get; private set; }

    /// <summary>Parameters that nobody took yet.</summary>
    public IReadOnlyCollection<string> Left => _left.Keys;

    /// <summary>Reads every tensor the table names; they stay where they lie, in the file.</summary>
    /// <exception cref="ModelException">A row without a tensor, or a tensor without a row; the error names the nearest.</exception>
    public static ModelWeights Read(Checkpoint checkpoint, WeightTable table, int layers, DType computeType)
    {
        var weights = new ModelWeights(checkpoint.Path, computeType);
        var names = new CheckpointNames(checkpoint, table);
        var cut = new Dictionary<string, List<WeightRow>>(StringComparer.Ordinal);
        foreach (var row in names.Rows(layers))
        {
            var source = Array.Find(row.InCheckpoint, checkpoint.Contains);
            if (row.Parameter == WeightTable.Nothing) continue;
            if (source is null) throw ModelException.MissingTensor(checkpoint.Path, row.InCheckpoint[0], row.Parameter, names.Spare(layers));
            if (!cut.TryGetValue(source, out var parts)) cut[source] = parts = [];
            parts.Add(row);
        }
        names.RequireNoneUnused(layers);
        foreach (var (source, parts) in cut) weights.Add(source, parts, checkpoint);
        return weights;
    }

    /// <summary>The parameter as it is stored, which must have this shape.</summary>
    public StoredWeight Take(string parameter, params ReadOnlySpan<(string Name, int Size)> axes) =>
        TryTake(parameter, axes) ?? throw new InvalidOperationException($"The family's weight table has no row for '{parameter}'.");

    /// <summary>The parameter, or null where the family's table has no row for it.</summary>
    public StoredWeight? TryTake(string parameter, params ReadOnlySpan<(string Name, int Size)> axes)
    {
        if (!_left.Remove(parameter, out var found)) return null;
        var fits = found.Shape.Length == axes.Length;
        for (var i = 0; fits && i < axes.Length; i++) fits = found.Shape[i] == axes[i].Size;
        if (fits) return found;
        var wanted = new List<string>();
        foreach (var (name, size) in axes) wanted.Add($"{name}={size}");
        throw ModelException.WrongShape(_file, found.Source, $"[{string.Join(", ", wanted)}]", found.ShapeText);
    }

    /// <summary>A parameter that nobody took yet, without taking it; null where there is none of that name.</summary>
    public StoredWeight? Find(string parameter) => _left.GetValueOrDefault(parameter);

    /// <summary>Throws where a parameter was read that no block took: the family's table and its spec contradict each other.</summary>
    public void RequireAllTaken()
    {
        if (_left.Count > 0) throw new InvalidOperationException($"No block took {string.Join(", ", _left.Keys)}.");
    }

    private void Add(string source, List<WeightRow> parts, Checkpoint checkpoint)
    {
        var type = checkpoint.Entry(source).DType;
        if (type is not (DType.F32 or DType.F64 or DType.BF16 or DType.F16)) throw ModelException.WrongType(_file, source, checkpoint.Entry(source).TypeName);
        var tensor = checkpoint.Read(source);
        RequireWhole(source, parts, tensor);
        foreach (var part in parts) _left.Add(part.Parameter, new(source, tensor, part.Stored, _left.Count));
        Count += tensor.Count;
        Bytes += tensor.Bytes;
    }

    /// <summary>The parts of a tensor must be all of it, so that none can reach beyond it and nothing is left over.</summary>
    private void RequireWhole(string source, List<WeightRow> parts, Tensor tensor)
    {
        if (parts is [{ Stored: { Rows: null } whole }] && (!whole.IsTransposed || tensor.Rank <= 2)) return;
        var rows = parts.Sum(part => part.Stored.Rows ?? 0);
        var axis = parts[0].Stored.IsTransposed && tensor.Rank == 2 ? 1 : 0;
        if (tensor.Rank is 1 or 2 && tensor.Shape[axis] == rows) return;
        var named = string.Join(" + ", parts.Select(part => $"{part.Stored.Rows} for {part.Parameter}"));
        throw ModelException.WrongShape(_file, source, axis == 0 ? $"{rows} rows: {named}" : $"{rows} columns: {named}", tensor.ShapeText);
    }
}
