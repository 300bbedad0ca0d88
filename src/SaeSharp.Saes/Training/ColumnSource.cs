using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>Some columns of a shuffle buffer whose rows hold several things, e.g. one layer of many: what several trainers read of one harvest.</summary>
/// <remarks>Its batches and norms have the bits of a buffer of these columns alone that holds as many tokens.</remarks>
public sealed class ColumnSource : ActivationSource
{
    private readonly ShuffledBuffer _buffer;
    private readonly int _column, _number;
    private readonly Norms _norms;

    private ColumnSource(ShuffledBuffer buffer, int column, int width, int number, Norms norms) => (_buffer, _column, DIn, _number, _norms) = (buffer, column, width, number, norms);

    /// <summary>Cuts the rows of <paramref name="buffer"/> into sources of these widths, from the first column to the last.</summary>
    public static IReadOnlyList<ColumnSource> Split(ShuffledBuffer buffer, IReadOnlyList<int> widths)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (widths.Sum() != buffer.DIn) throw new ArgumentException($"The widths add up to {widths.Sum()}, expected {buffer.DIn}.", nameof(widths));
        var (norms, sources, column) = (new Norms(buffer, widths), new List<ColumnSource>(), 0);
        foreach (var (number, width) in widths.Index())
        {
            sources.Add(new(buffer, column, width, number, norms));
            column += width;
        }
        return sources;
    }

    public override int DIn { get; }

    public override int BatchSize => _buffer.BatchSize;

    public override long TokensPerEpoch => _buffer.TokensPerEpoch;

    public override void Fill(long batch, Tensor x, CancellationToken cancel)
    {
        Shape.Require(x, DType.F32, [("batch", BatchSize), ("dIn", DIn)]);
        _buffer.Fill(batch, _column, x, cancel);
    }

    public override double MeanNorm(long? tokens, CancellationToken cancel) => _norms.Of(tokens, cancel)[_number].Norm;

    public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => _norms.Of(tokens, cancel)[_number].Square;

    /// <summary>The norms of all sources of a buffer, taken in one pass: an epoch that does not fit is harvested once for them, not once for each.</summary>
    private sealed class Norms(ShuffledBuffer buffer, IReadOnlyList<int> widths)
    {
        private readonly Dictionary<long, (double Norm, double Square)[]> _known = [];

        public (double Norm, double Square)[] Of(long? tokens, CancellationToken cancel)
        {
            var key = tokens ?? long.MaxValue;
            if (_known.TryGetValue(key, out var known)) return known;
            var sums = new (double Norm, double Square)[widths.Count];
            var count = buffer.ForEach(tokens, row =>
            {
                var column = 0;
                for (var i = 0; i < sums.Length; i++)
                {
                    var squares = ShuffledBuffer.Squares(row.Row<float>(0).Slice(column, widths[i]));
                    sums[i] = (sums[i].Norm + Math.Sqrt(squares), sums[i].Square + squares);
                    column += widths[i];
                }
            }, cancel);
            return _known[key] = [.. sums.Select(sum => (sum.Norm / count, sum.Square / count))];
        }
    }
}
