namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of ‖x − x̂‖²: summed over the width, not averaged.</summary>
public sealed class MeanSquaredError : SaeMetric
{
    private long _tokens;
    private double _sum;

    public override string Name => "mse";

    public override MetricValue Value => MetricValue.Ratio(_sum, _tokens, "no tokens");

    public override void Add(MetricBatch batch)
    {
        _tokens += batch.Rows;
        for (var row = 0; row < batch.Rows; row++) _sum += batch.SquaredError(row);
    }
}
