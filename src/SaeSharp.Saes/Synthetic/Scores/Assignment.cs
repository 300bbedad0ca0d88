using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Synthetic.Scores;

/// <summary>The linear assignment problem: pairs of rows and columns, each at most once, with the largest sum. Exact.</summary>
/// <remarks>
/// Shortest augmenting paths with dual prices (Jonker, Volgenant 1987; the rectangular form of Crouse 2016). Rows whose largest column is still free are paired
/// at once, which leaves few to search for: 4,096 × 16,384 takes seconds.
/// </remarks>
internal sealed class Assignment
{
    private readonly Tensor _scores; // [rows, columns], rows ≤ columns
    private readonly int[] _columnOf, _rowOf, _previous, _open;
    private readonly double[] _rowPrices, _columnPrices, _shortest;

    private Assignment(Tensor scores)
    {
        var (rows, columns) = (scores.RowCount, scores.Columns);
        (_scores, _columnOf, _rowOf, _previous, _open) = (scores, new int[rows], new int[columns], new int[columns], new int[columns]);
        (_rowPrices, _columnPrices, _shortest) = (new double[rows], new double[columns], new double[columns]);
        _columnOf.AsSpan().Fill(-1);
        _rowOf.AsSpan().Fill(-1);
    }

    /// <summary>The column of each row, −1 for rows left over, of <paramref name="scores"/> [rows, columns], f32 or f64.</summary>
    public static int[] Largest(Tensor scores)
    {
        var isTall = scores.RowCount > scores.Columns;
        var problem = new Assignment(isTall ? MatrixTranspose.Of(scores) : scores);
        if (scores.DType == DType.F64) problem.Solve<double>();
        else problem.Solve<float>();
        return isTall ? problem._rowOf : problem._columnOf;
    }

    private void Solve<T>() where T : unmanaged, System.Numerics.INumber<T>
    {
        // Cost = −score. With column prices 0 and a row's price its least cost, pairs of a row with its best column satisfy the optimality conditions.
        for (var row = 0; row < _columnOf.Length; row++)
        {
            var scores = _scores.Row<T>(row);
            var best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax<T>(scores);
            _rowPrices[row] = -double.CreateChecked(scores[best]);
            if (_rowOf[best] < 0) (_rowOf[best], _columnOf[row]) = (row, best);
        }
        for (var row = 0; row < _columnOf.Length; row++)
            if (_columnOf[row] < 0) Augment(row, FindPath<T>(row));
    }

    /// <summary>Dijkstra over reduced costs from a row without a column to the nearest free column; then the prices move so that the path is tight.</summary>
    private int FindPath<T>(int start) where T : unmanaged, System.Numerics.INumber<T>
    {
        _shortest.AsSpan().Fill(double.PositiveInfinity);
        var count = _open.Length;
        for (var j = 0; j < count; j++) _open[j] = j;
        var visited = new List<(int Row, int Column)>();
        var (row, reached) = (start, 0.0);
        while (true)
        {
            var scores = _scores.Row<T>(row);
            var (offset, lowest, place) = (reached - _rowPrices[row], double.PositiveInfinity, -1);
            for (var k = 0; k < count; k++)
            {
                var j = _open[k];
                var length = offset - double.CreateTruncating(scores[j]) - _columnPrices[j];
                if (length < _shortest[j]) (_shortest[j], _previous[j]) = (length, row);
                if (_shortest[j] < lowest || (_shortest[j] == lowest && _rowOf[j] < 0)) (lowest, place) = (_shortest[j], k);
            }
            var column = _open[place];
            (reached, _open[place]) = (lowest, _open[--count]);
            if (_rowOf[column] < 0)
            {
                _rowPrices[start] += reached;
                foreach (var (before, at) in visited)
                {
                    _rowPrices[before] += reached - _shortest[at];
                    _columnPrices[at] -= reached - _shortest[at];
                }
                return column;
            }
            row = _rowOf[column];
            visited.Add((row, column));
        }
    }

    /// <summary>Every row on the path takes the column it was reached for.</summary>
    private void Augment(int start, int column)
    {
        while (true)
        {
            var row = _previous[column];
            _rowOf[column] = row;
            (column, _columnOf[row]) = (_columnOf[row], column);
            if (row == start) return;
        }
    }
}
