namespace SaeSharp.Models.Families;

/// <summary>One row of a <see cref="WeightTable"/>.</summary>
/// <param name="InCheckpoint">Names of the tensor, best first.</param>
/// <param name="Parameter">Our name, or <see cref="WeightTable.Nothing"/>.</param>
public sealed record WeightRow(string[] InCheckpoint, string Parameter)
{
    private const string Layer = "{i}", Part = "{j}";

    /// <summary>How the parameter lies in the tensor.</summary>
    public Stored Stored { get; init; } = Stored.Whole;

    /// <summary>How many numbers <c>{j}</c> stands for; null where there is none.</summary>
    public int? Parts { get; init; }

    /// <summary>The layers that have it; null for all.</summary>
    public Func<int, bool>? Where { get; init; }

    internal IEnumerable<WeightRow> Spread(int layers, int most)
    {
        IEnumerable<WeightRow> rows = InCheckpoint[0].Contains(Layer, StringComparison.Ordinal)
            ? Enumerable.Range(0, layers).Where(layer => Where?.Invoke(layer) ?? true).Select(layer => Put(Layer, layer))
            : [this];
        return Parts is not { } parts ? rows : rows.SelectMany(row => Enumerable.Range(0, Math.Min(parts, most)).Select(part => row.Put(Part, part)));
    }

    private WeightRow Put(string sign, int number) => this with
    {
        InCheckpoint = [.. InCheckpoint.Select(name => name.Replace(sign, $"{number}", StringComparison.Ordinal))],
        Parameter = Parameter.Replace(sign, $"{number}", StringComparison.Ordinal),
    };
}
