using System.Collections;

namespace SaeSharp.Models.Families;

/// <summary>Which tensor of a checkpoint becomes which parameter of ours; <c>{i}</c> stands for each layer.</summary>
/// <remarks>The loader is strict: a tensor without a row and a row without a tensor are errors.</remarks>
public sealed class WeightTable : IEnumerable<WeightRow>
{
    /// <summary>In place of a parameter: the tensor may be there and has no use.</summary>
    public const string Nothing = "";

    private readonly List<WeightRow> _rows = [];

    /// <summary>A row that holds where <paramref name="where"/> is true.</summary>
    public void Add(string inCheckpoint, string parameter, bool where = true) => Add([inCheckpoint], parameter, where);

    /// <summary>A row for a tensor that checkpoints store under one or more of several names; the first that is there counts.</summary>
    public void Add(string[] inCheckpoint, string parameter, bool where = true)
    {
        if (where) _rows.Add(new(inCheckpoint, parameter));
    }

    public IEnumerator<WeightRow> GetEnumerator() => _rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The rows with <c>{i}</c> replaced by each layer.</summary>
    internal IEnumerable<WeightRow> ForLayers(int layers) => _rows.SelectMany(row => row.IsPerLayer ? Enumerable.Range(0, layers).Select(row.At) : [row]);
}

/// <summary>One row of a <see cref="WeightTable"/>.</summary>
/// <param name="InCheckpoint">Names of the tensor, best first.</param>
/// <param name="Parameter">Our name, or <see cref="WeightTable.Nothing"/>.</param>
public sealed record WeightRow(string[] InCheckpoint, string Parameter)
{
    private const string Layer = "{i}";

    internal bool IsPerLayer => InCheckpoint[0].Contains(Layer, StringComparison.Ordinal);

    internal WeightRow At(int layer) => new([.. InCheckpoint.Select(name => Put(name, layer))], Put(Parameter, layer));

    private static string Put(string name, int layer) => name.Replace(Layer, $"{layer}", StringComparison.Ordinal);
}
