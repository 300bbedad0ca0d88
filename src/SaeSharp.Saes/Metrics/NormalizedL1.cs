namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of Σ|f| / ‖x‖. Tokens at which x is zero are left out.</summary>
/// <remarks>OpenAI's <c>normalized_L1_loss</c> (openai/sparse_autoencoder).</remarks>
public sealed class NormalizedL1 : SaeMetric
{
    private MeanOverTokens _mean;

    public override string Name => "normalizedL1";

    public override MetricValue Value => _mean.Value("whose activation is zero");

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            var sum = 0.0;
            foreach (var value in batch.Codes.RowValues(row)) sum += Math.Abs((double)value);
            if (batch.Squares[row] == 0) _mean.LeaveOut();
            else _mean.Add(sum / Math.Sqrt(batch.Squares[row]));
        }
    }
}
