namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of ‖x̂‖ / ‖x‖: below 1, reconstructions are too short. SAELens' <c>l2_ratio</c>. Tokens at which x is zero are left out.</summary>
public sealed class Shrinkage : SaeMetric
{
    private MeanOverTokens _mean;

    public override string Name => "shrinkage";

    public override MetricValue Value => _mean.Value("whose activation is zero");

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            if (batch.Squares[row] == 0) _mean.LeaveOut();
            else _mean.Add(Math.Sqrt(batch.ReconstructionSquares[row]) / Math.Sqrt(batch.Squares[row]));
        }
    }
}
