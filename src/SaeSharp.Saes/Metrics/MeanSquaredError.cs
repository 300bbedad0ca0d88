namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of ‖x − x̂‖²: summed over the width, not averaged.</summary>
/// <remarks>SAELens since 6.45.2. SAEBench 0.6.0 divides by the number of tokens twice.</remarks>
public sealed class MeanSquaredError : SaeMetric
{
    private MeanOverTokens _mean;

    public override string Name => "mse";

    public override MetricValue Value => _mean.Value();

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++) _mean.Add(batch.SquaredErrors[row]);
    }
}
