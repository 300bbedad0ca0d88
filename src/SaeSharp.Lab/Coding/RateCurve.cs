using SaeSharp.Numerics;
using SaeSharp.Saes.Compression;

namespace SaeSharp.Lab.Coding;

/// <summary>One code at one rate: its bytes, its error and what the model loses by it.</summary>
internal sealed class RateCurve
{
    private readonly LinearCode _code;
    private readonly QuantisedTable _table;
    private readonly RatePoint _point;

    private RateCurve(LinearCode code, QuantisedTable table, RatePoint point) => (_code, _table, _point) = (code, table, point);

    public LossSum Losses { get; } = new();

    /// <summary>The points of one code, one for each grid. <paramref name="fitted"/> teaches the entropy coder what to expect.</summary>
    public static IEnumerable<RateCurve> Of(LinearCode code, int count, IReadOnlyList<int> bits, Tensor fitted, Tensor coded, double[] mean)
    {
        var (expected, table) = (code.Encode(fitted), code.Encode(coded));
        var unquantised = code.Fvu(coded, table, mean);
        foreach (var grid in bits)
        {
            var quantised = table.Quantise(grid);
            var counted = (double)count * grid + (table.IsDense ? 0 : CodeTable.ChoiceBits(table.Columns, count));
            yield return new(code, quantised, new(
                code.Name, count, table.MeanNonZeros, grid, counted, Coded(expected, table, quantised), code.Fvu(coded, quantised.Table, mean), unquantised, null, null));
        }
    }

    /// <summary>Bits a vector of the bytes, after they were decoded again.</summary>
    private static double Coded(CodeTable expected, CodeTable table, QuantisedTable quantised)
    {
        int[][] levels = [.. expected.Values.Select(row => row.Select(quantised.Grid.LevelOf).ToArray())];
        TableCoder Taught()
        {
            var coder = new TableCoder(table.Columns, quantised.Grid.Levels, table.IsDense);
            coder.Encode(expected.Indices, levels);
            return coder;
        }
        var bytes = Taught().Encode(table.Indices, quantised.Levels);
        var decoded = Taught().Decode(bytes, table.Rows);
        for (var row = 0; row < table.Rows; row++)
            if (!decoded.Indices[row].SequenceEqual(table.Indices[row]) || !decoded.Levels[row].SequenceEqual(quantised.Levels[row])) throw new InvalidOperationException($"Vector {row} came back from its bytes as another.");
        return 8.0 * bytes.Length / table.Rows;
    }

    /// <summary>x̂ of the vectors from <paramref name="first"/> on.</summary>
    public void Reconstruct(int first, Tensor x)
    {
        var found = new double[x.Columns];
        for (var row = 0; row < x.RowCount; row++)
        {
            _code.Decode(_table.Table, first + row, found);
            var to = x.Row<float>(row);
            for (var i = 0; i < to.Length; i++) to[i] = (float)found[i];
        }
    }

    public RatePoint Describe(double? original, double? zero) => _point with { Ce = Losses.Mean, CeRecovered = Losses.Recovered(original, zero) };
}
