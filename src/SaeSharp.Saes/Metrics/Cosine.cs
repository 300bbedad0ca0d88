namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of cos(x, x̂). Tokens at which x or x̂ is zero have no angle: they are counted and left out.</summary>
/// <remarks>In SAELens 6.54 one such token makes the whole number NaN.</remarks>
public sealed class Cosine : SaeMetric
{
    private MeanOverTokens _mean;

    public override string Name => "cosine";

    /// <summary>Tokens left out.</summary>
    public long ZeroRows => _mean.LeftOut;

    public override MetricValue Value => _mean.Value("whose activation or reconstruction is zero");

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            var (x, y) = (batch.Squares[row], batch.ReconstructionSquares[row]);
            if (x == 0 || y == 0) _mean.LeaveOut();
            else _mean.Add(batch.Products[row] / (Math.Sqrt(x) * Math.Sqrt(y)));
        }
    }
}
