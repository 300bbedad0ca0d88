using System.Collections;

namespace SaeSharp.Models.Families;

/// <summary>Which tensor of a checkpoint becomes which parameter of ours; <c>{i}</c> stands for each layer, <c>{j}</c> for each part of it (head, expert).</summary>
/// <remarks>
/// The loader is strict: a tensor without a row and a row without a tensor are errors. A tensor may have several rows, which then cut it into parts.
/// Names are written as the whole model is saved, with the first of <paramref name="prefixes"/>; checkpoints of the bare model or of a wrapping one have
/// another of them instead. The first row decides which.
/// </remarks>
public sealed class WeightTable(params string[] prefixes) : IEnumerable<WeightRow>
{
    /// <summary>In place of a parameter: the tensor may be there and has no use. A name that ends in * then stands for all that begin like it.</summary>
    public const string Nothing = "";

    private readonly List<WeightRow> _rows = [];

    /// <summary>What names may begin with, as the whole model has it first.</summary>
    internal IReadOnlyList<string> Prefixes => prefixes;

    /// <summary>A row that holds where <paramref name="where"/> is true.</summary>
    public void Add(string inCheckpoint, string parameter, bool where = true) => Add([inCheckpoint], parameter, where);

    /// <summary>A row for a tensor that checkpoints store under one or more of several names; the first that is there counts.</summary>
    public void Add(string[] inCheckpoint, string parameter, bool where = true)
    {
        if (where) _rows.Add(new(inCheckpoint, parameter));
    }

    /// <summary>A row for a parameter that is stored in another way, or in a part of a tensor.</summary>
    public void Add(string inCheckpoint, string parameter, Stored stored, bool where = true)
    {
        if (where) _rows.Add(new([inCheckpoint], parameter) { Stored = stored });
    }

    /// <summary>A row for <c>{j}</c> from 0 to <paramref name="parts"/> − 1, in the layers where <paramref name="where"/> is true.</summary>
    public void Add(string inCheckpoint, string parameter, int parts, Func<int, bool>? where = null) =>
        _rows.Add(new([inCheckpoint], parameter) { Parts = parts, Where = where });

    /// <summary>A row that holds in the layers where <paramref name="where"/> is true.</summary>
    public void Add(string inCheckpoint, string parameter, Func<int, bool> where, Stored? stored = null) =>
        _rows.Add(new([inCheckpoint], parameter) { Where = where, Stored = stored ?? Stored.Whole });

    /// <summary>The same rows for checkpoints whose names may begin otherwise.</summary>
    public WeightTable Under(params string[] others)
    {
        var table = new WeightTable(others);
        table._rows.AddRange(_rows);
        return table;
    }

    public IEnumerator<WeightRow> GetEnumerator() => _rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The rows with <c>{i}</c> replaced by each layer and <c>{j}</c> by each of at most <paramref name="most"/> parts, as they are needed.</summary>
    internal IEnumerable<WeightRow> ForLayers(int layers, int most = int.MaxValue) => _rows.SelectMany(row => row.Spread(layers, most));
}
