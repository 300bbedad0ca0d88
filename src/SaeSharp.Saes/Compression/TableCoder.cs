namespace SaeSharp.Saes.Compression;

/// <summary>Turns codes into bytes and back without loss: how many entries a vector has, which, and their levels, each by counts that both sides keep.</summary>
/// <remarks>
/// Of m entries still to come, column i holds one with probability m c_i / Σ_{j ≥ i} c_j by the counts c: for columns that are all alike, exactly log₂ C(n, k) bits, and less where some
/// come more often. Levels share one set of counts; in a dense table each column has its own. Coding goes on where the vectors before ended: a coder that saw training vectors on both sides knows what to expect.
/// </remarks>
public sealed class TableCoder
{
    private const uint Whole = 1 << 20;

    private readonly int _columns;
    private readonly bool _dense;
    private readonly AdaptiveCounts? _lengths, _indices;
    private readonly AdaptiveCounts[] _levels;

    /// <param name="columns">Rows of the basis.</param>
    /// <param name="levels">Levels of the grid.</param>
    /// <param name="dense">Whether every vector has all columns.</param>
    public TableCoder(int columns, int levels, bool dense)
    {
        (_columns, _dense) = (OptionException.Positive(columns, nameof(columns)), dense);
        if (!dense) (_lengths, _indices) = (new(columns + 1), new(columns));
        _levels = [.. Enumerable.Range(0, dense ? columns : 1).Select(_ => new AdaptiveCounts(levels))];
    }

    /// <summary>The bytes of all vectors; this coder has learnt from them then.</summary>
    public byte[] Encode(IReadOnlyList<int[]> indices, IReadOnlyList<int[]> levels)
    {
        ArgumentNullException.ThrowIfNull(indices);
        var encoder = new RangeEncoder();
        for (var row = 0; row < indices.Count; row++)
        {
            if (!_dense) WriteChoice(encoder, indices[row]);
            for (var i = 0; i < indices[row].Length; i++) Write(encoder, _levels[_dense ? i : 0], levels[row][i]);
        }
        return encoder.Finish();
    }

    /// <summary>The vectors of <paramref name="bytes"/>; this coder must have learnt what the one that wrote them had.</summary>
    public (int[][] Indices, int[][] Levels) Decode(byte[] bytes, int rows)
    {
        var decoder = new RangeDecoder(bytes);
        var (indices, levels) = (new int[rows][], new int[rows][]);
        for (var row = 0; row < rows; row++)
        {
            indices[row] = _dense ? [.. Enumerable.Range(0, _columns)] : ReadChoice(decoder);
            levels[row] = new int[indices[row].Length];
            for (var i = 0; i < levels[row].Length; i++) levels[row][i] = Read(decoder, _levels[_dense ? i : 0]);
        }
        return (indices, levels);
    }

    private void WriteChoice(RangeEncoder encoder, int[] chosen)
    {
        Write(encoder, _lengths!, chosen.Length);
        var (left, after, next) = (chosen.Length, _indices!.Total, 0);
        for (var column = 0; left > 0 && left < _columns - column; column++)
        {
            var (isIn, share) = (chosen[next] == column, Share(left, column, after));
            encoder.Write(isIn ? 0 : share, isIn ? share : Whole - share, Whole);
            after -= _indices.Of(column);
            if (isIn) (left, next) = (left - 1, next + 1);
        }
        foreach (var column in chosen) _indices.Add(column);
    }

    private int[] ReadChoice(RangeDecoder decoder)
    {
        var chosen = new int[Read(decoder, _lengths!)];
        var (left, after, next, column) = (chosen.Length, _indices!.Total, 0, 0);
        for (; left > 0 && left < _columns - column; column++)
        {
            var share = Share(left, column, after);
            var isIn = decoder.Place(Whole) < share;
            decoder.Take(isIn ? 0 : share, isIn ? share : Whole - share);
            after -= _indices.Of(column);
            if (!isIn) continue;
            (chosen[next++], left) = (column, left - 1);
        }
        for (; left > 0; left--) chosen[next++] = column++; // as many columns as entries: all of them
        foreach (var one in chosen) _indices.Add(one);
        return chosen;
    }

    /// <summary>The part of the whole that says that a column holds one of the entries left.</summary>
    private uint Share(int left, int column, uint after) => (uint)Math.Clamp((double)left * _indices!.Of(column) / after * Whole, 1, Whole - 1);

    private static void Write(RangeEncoder encoder, AdaptiveCounts counts, int symbol)
    {
        encoder.Write(counts.Below(symbol), counts.Of(symbol), counts.Total);
        counts.Add(symbol);
    }

    private static int Read(RangeDecoder decoder, AdaptiveCounts counts)
    {
        var symbol = counts.At(decoder.Place(counts.Total));
        decoder.Take(counts.Below(symbol), counts.Of(symbol));
        counts.Add(symbol);
        return symbol;
    }
}
