using System.Runtime.InteropServices;

namespace SaeSharp.Lab.Probing;

/// <summary>Rows of numbers, most of them zero: compressed rows in f64, columns ascending within a row.</summary>
internal sealed class ProbeRows(int columns)
{
    private readonly List<int> _starts = [0];
    private readonly List<int> _columns = [];
    private readonly List<double> _values = [];

    public int Rows => _starts.Count - 1;

    public int Columns => columns;

    /// <summary>Adds a row given densely, [columns]; its zeros are left out.</summary>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public void Add(ReadOnlySpan<double> row)
    {
        if (row.Length != columns) throw new ArgumentException($"A row of {row.Length} numbers was given, expected {columns}.", nameof(row));
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] == 0) continue;
            if (!double.IsFinite(row[i])) throw new ArgumentException($"Column {i} holds {row[i]}, expected a finite number.", nameof(row));
            _columns.Add(i);
            _values.Add(row[i]);
        }
        _starts.Add(_columns.Count);
    }

    /// <summary>Some rows, with all columns.</summary>
    public ProbeRows Of(ReadOnlySpan<int> rows)
    {
        var chosen = new ProbeRows(columns);
        foreach (var row in rows) chosen.Append(RowColumns(row), RowValues(row));
        return chosen;
    }

    /// <summary>All rows, with some columns in the order given.</summary>
    public ProbeRows Choose(ReadOnlySpan<int> chosen)
    {
        var place = new int[columns];
        for (var i = 0; i < chosen.Length; i++) place[chosen[i]] = i + 1;
        var (narrow, row) = (new ProbeRows(chosen.Length), new double[chosen.Length]);
        for (var r = 0; r < Rows; r++)
        {
            Array.Clear(row);
            ReadOnlySpan<int> at = RowColumns(r);
            ReadOnlySpan<double> values = RowValues(r);
            for (var i = 0; i < at.Length; i++)
                if (place[at[i]] > 0) row[place[at[i]] - 1] = values[i];
            narrow.Add(row);
        }
        return narrow;
    }

    /// <summary>w·x of a row.</summary>
    public double Dot(int row, ReadOnlySpan<double> w)
    {
        ReadOnlySpan<int> at = RowColumns(row);
        ReadOnlySpan<double> values = RowValues(row);
        var sum = 0.0;
        for (var i = 0; i < at.Length; i++) sum += values[i] * w[at[i]];
        return sum;
    }

    /// <summary>Adds factor·x to <paramref name="sums"/>.</summary>
    public void AddTo(int row, double factor, Span<double> sums)
    {
        ReadOnlySpan<int> at = RowColumns(row);
        ReadOnlySpan<double> values = RowValues(row);
        for (var i = 0; i < at.Length; i++) sums[at[i]] += factor * values[i];
    }

    /// <summary>Adds factor·x² of each number to <paramref name="sums"/>.</summary>
    public void AddSquares(int row, double factor, Span<double> sums)
    {
        ReadOnlySpan<int> at = RowColumns(row);
        ReadOnlySpan<double> values = RowValues(row);
        for (var i = 0; i < at.Length; i++) sums[at[i]] += factor * values[i] * values[i];
    }

    /// <summary>Of each column: its mean over the rows that are positive less that over the others.</summary>
    public double[] MeanDifferences(ReadOnlySpan<bool> positive)
    {
        var (differences, positives) = (new double[columns], positive.Count(true));
        for (var row = 0; row < Rows; row++) AddTo(row, positive[row] ? 1.0 / positives : -1.0 / (Rows - positives), differences);
        return differences;
    }

    private ReadOnlySpan<int> RowColumns(int row) => CollectionsMarshal.AsSpan(_columns)[_starts[row].._starts[row + 1]];

    private ReadOnlySpan<double> RowValues(int row) => CollectionsMarshal.AsSpan(_values)[_starts[row].._starts[row + 1]];

    private void Append(ReadOnlySpan<int> at, ReadOnlySpan<double> values)
    {
        _columns.AddRange(at);
        _values.AddRange(values);
        _starts.Add(_columns.Count);
    }
}
