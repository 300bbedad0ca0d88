namespace SaeSharp.Saes.Compression;

/// <summary>A table of codes whose values are levels of a grid. Values that are 0 stay 0: which they are is said by the indices.</summary>
public sealed class QuantisedTable
{
    public QuantisedTable(CodeTable table, UniformGrid grid)
    {
        ArgumentNullException.ThrowIfNull(table);
        Grid = grid;
        Levels = [.. table.Values.Select(row => row.Select(grid.LevelOf).ToArray())];
        Table = table with { Values = [.. table.Values.Select((row, r) => row.Select((value, i) => value == 0 ? 0 : grid.ValueOf(Levels[r][i])).ToArray())] };
    }

    /// <summary>The codes with their values as the grid gives them back.</summary>
    public CodeTable Table { get; }

    public UniformGrid Grid { get; }

    /// <summary>Level of each value.</summary>
    public IReadOnlyList<int[]> Levels { get; }
}
