namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of ‖x − x̂‖, not squared: what dictionary_learning calls <c>l2_loss</c>.</summary>
public sealed class ErrorNorm : SaeMetric
{
    private MeanOverTokens _mean;

    public override string Name => "errorNorm";

    public override MetricValue Value => _mean.Value();

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++) _mean.Add(Math.Sqrt(batch.SquaredErrors[row]));
    }
}
