namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of ‖x − x̂‖² / ‖x‖². Tokens at which x is zero are left out.</summary>
/// <remarks>OpenAI's <c>normalized_mean_squared_error</c> (openai/sparse_autoencoder): nothing is centred, so a large mean of the activations makes it small.</remarks>
public sealed class NormalizedMse : SaeMetric
{
    private MeanOverTokens _mean;

    public override string Name => "normalizedMse";

    public override MetricValue Value => _mean.Value("whose activation is zero");

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            if (batch.Squares[row] == 0) _mean.LeaveOut();
            else _mean.Add(batch.SquaredErrors[row] / batch.Squares[row]);
        }
    }
}
