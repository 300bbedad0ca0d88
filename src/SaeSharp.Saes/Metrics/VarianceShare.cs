namespace SaeSharp.Saes.Metrics;

/// <summary>Σ‖x − x̂‖² and Σ‖x − x̄‖² over all tokens, x̄ being their mean: what FVU and explained variance are made of.</summary>
/// <remarks>Pooled: errors and variance are summed before they are divided, so batches do not matter and a constant error of the reconstruction counts.</remarks>
internal sealed class VarianceShare
{
    private readonly RunningVariance _variance = new();
    private double _error;

    public void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            _error += batch.SquaredErrors[row];
            _variance.Add(batch.Row(row));
        }
    }

    /// <summary>The share of the variance that is not explained.</summary>
    public MetricValue Unexplained => MetricValue.Ratio(_error, _variance.Sum, _variance.Count == 0 ? "no tokens" : "all activations are the same");
}
