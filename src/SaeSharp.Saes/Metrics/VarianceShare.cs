namespace SaeSharp.Saes.Metrics;

/// <summary>Σ‖x − x̂‖² and Σ‖x − x̄‖² over all tokens, x̄ being their mean: what FVU and explained variance are made of.</summary>
/// <remarks>Pooled: errors and variance are summed before they are divided, so batches do not matter and a constant error of the reconstruction counts.</remarks>
internal sealed class VarianceShare
{
    private double[] _mean = [];
    private double _variance, _error;
    private long _tokens;

    /// <summary>Adds rows; the variance by Welford's update, which does not cancel when the mean is far from 0.</summary>
    public void Add(MetricBatch batch)
    {
        if (_mean.Length == 0) _mean = new double[batch.X.Columns];
        for (var row = 0; row < batch.Rows; row++)
        {
            _error += batch.SquaredError(row);
            _tokens++;
            var x = batch.Row(row);
            for (var i = 0; i < x.Length; i++)
            {
                var before = x[i] - _mean[i];
                _mean[i] += before / _tokens;
                _variance += before * (x[i] - _mean[i]);
            }
        }
    }

    /// <summary>The share of the variance that is not explained.</summary>
    public MetricValue Unexplained => MetricValue.Ratio(_error, _variance, _tokens == 0 ? "no tokens" : "all activations are the same");
}
