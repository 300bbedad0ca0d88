namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of ‖x‖.</summary>
public sealed class L2NormIn : SaeMetric
{
    private MeanOverTokens _mean;

    public override string Name => "l2NormIn";

    public override MetricValue Value => _mean.Value();

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++) _mean.Add(Math.Sqrt(batch.Squares[row]));
    }
}
