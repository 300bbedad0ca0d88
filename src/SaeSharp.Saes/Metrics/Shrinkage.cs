namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of ‖x̂‖ / ‖x‖: below 1, reconstructions are too short. Tokens at which x is zero are left out.</summary>
public sealed class Shrinkage : SaeMetric
{
    private long _tokens;
    private double _sum;

    public override string Name => "shrinkage";

    public override MetricValue Value => MetricValue.Ratio(_sum, _tokens, "no tokens, or all activations are zero");

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            var squares = MetricBatch.Dot(batch.Row(row), batch.Row(row));
            if (squares == 0) continue;
            _tokens++;
            _sum += Math.Sqrt(MetricBatch.Dot(batch.ReconstructionRow(row), batch.ReconstructionRow(row))) / Math.Sqrt(squares);
        }
    }
}
