using SaeSharp.Numerics;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Harvesting;

/// <summary>A stream that goes through units of consecutive tokens (windows of a corpus, runs of a store) in an order of its own in each epoch, and puts rows together as a layout says.</summary>
internal abstract class UnitStream : ActivationStream
{
    private readonly int[] _counts;
    private readonly int _seed;
    private EpochOrder? _order;
    private int _epoch = -1;
    private Tensor? _rows;

    /// <param name="layout">What a row is made of.</param>
    /// <param name="width">Its width.</param>
    /// <param name="counts">Rows of each unit.</param>
    /// <param name="seed">Seed of the order.</param>
    protected UnitStream(RowLayout layout, int width, int[] counts, int seed)
    {
        (Layout, DIn, _counts, _seed) = (layout, width, counts, seed);
        TokensPerEpoch = counts.Sum(count => (long)count);
    }

    /// <summary>Takes a unit: for each part of the layout its hook's activations, and the row in them of the unit's first token.</summary>
    protected delegate void UnitSink(int unit, IReadOnlyList<Tensor> sources, int first);

    public RowLayout Layout { get; }

    public override int DIn { get; }

    public override long TokensPerEpoch { get; }

    public override void Read(int epoch, long start, long count, Action<Tensor> take, CancellationToken cancel)
    {
        if (count == 0) return;
        if (_order is null || epoch != _epoch) (_order, _epoch) = (new(_counts, _seed, epoch), epoch);
        var (place, end) = (_order.PlaceOf(start), start + count);
        var units = new List<int>();
        for (var next = place; next < _order.Order.Length && _order.Start(next) < end; next++) units.Add(_order.Order[next]);
        var at = _order.Start(place); // the number of the next row that comes
        ReadUnits(units, (unit, sources, first) =>
        {
            var (from, to) = ((int)Math.Max(start - at, 0), (int)Math.Min(_counts[unit], end - at));
            at += _counts[unit];
            if (from < to) take(Rows(unit, sources, first, from, to));
        }, cancel);
    }

    /// <summary>Hands over <paramref name="units"/> in order.</summary>
    protected abstract void ReadUnits(IReadOnlyList<int> units, UnitSink take, CancellationToken cancel);

    /// <summary>Which of its tokens are rows, counted from its first; null for all of them.</summary>
    protected abstract int[]? RowsOf(int unit);

    private Tensor Rows(int unit, IReadOnlyList<Tensor> sources, int first, int from, int to)
    {
        var rows = RowsOf(unit);
        if (rows is null && sources.Count == 1) return sources[0].Rows(first + from, to - from);
        if (_rows is null || _rows.RowCount < to - from || _rows.DType != sources[0].DType) _rows = Tensor.Zeros(sources[0].DType, _counts.Max(), DIn);
        for (var i = from; i < to; i++) Layout.Copy(sources, first + (rows is null ? i : rows[i]), _rows, i - from);
        return _rows.Rows(0, to - from);
    }
}
