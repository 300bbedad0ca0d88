using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>A family's weight table under the names that one checkpoint uses, and which of the checkpoint's tensors no row names.</summary>
internal sealed class CheckpointNames
{
    private readonly Checkpoint _checkpoint;
    private readonly WeightTable _table;
    private readonly string _prefix, _usual;

    public CheckpointNames(Checkpoint checkpoint, WeightTable table)
    {
        (_checkpoint, _table) = (checkpoint, table);
        _usual = table.Prefixes.Count > 0 ? table.Prefixes[0] : "";
        var first = table.First().InCheckpoint;
        _prefix = table.Prefixes.FirstOrDefault(prefix => first.Any(name => checkpoint.Contains(prefix + name[_usual.Length..]))) ?? _usual;
    }

    /// <summary>Every row of the table, as needed; of the parts of a layer at most <paramref name="most"/>.</summary>
    public IEnumerable<WeightRow> Rows(int layers, int most = int.MaxValue) => _table.ForLayers(layers, most).Select(row => row with { InCheckpoint = Array.ConvertAll(row.InCheckpoint, Put) });

    /// <summary>Tensors that no row names: candidates for a misspelt one.</summary>
    public string[] Spare(int layers)
    {
        // As many layers and parts as the checkpoint can hold are enough, whatever the config claims.
        var most = _checkpoint.Names.Count;
        var (named, begun) = Named(Rows(Math.Min(layers, most), most));
        return [.. _checkpoint.Names.Where(name => !named.Contains(name) && !begun.Exists(start => name.StartsWith(start, StringComparison.Ordinal)))];
    }

    /// <summary>Throws where the checkpoint has a tensor without a row.</summary>
    public void RequireNoneUnused(int layers)
    {
        var spare = Spare(layers);
        if (spare.Length > 0) throw ModelException.UnusedTensor(_checkpoint.Path, spare[0], Named(Rows(layers)).Names, spare.Length - 1);
    }

    private string Put(string name) => name.StartsWith(_usual, StringComparison.Ordinal) && !name.EndsWith('*') ? _prefix + name[_usual.Length..] : name;

    private static (HashSet<string> Names, List<string> Beginnings) Named(IEnumerable<WeightRow> rows)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var beginnings = new List<string>();
        foreach (var name in rows.SelectMany(row => row.InCheckpoint))
        {
            if (name.EndsWith('*')) beginnings.Add(name[..^1]);
            else names.Add(name);
        }
        return (names, beginnings);
    }
}
