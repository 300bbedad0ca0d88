namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of 1 − ‖x − x̂‖² / ‖x − x̄‖², x̄ the mean of the token's own batch: SAELens' <c>explained_variance_legacy</c>. Tokens at that mean are left out.</summary>
/// <remarks>One token near the mean can outweigh thousands: prefer <see cref="ExplainedVariance"/>. SAELens gives −∞ or NaN where a token is left out here.</remarks>
public sealed class ExplainedVarianceLegacy : SaeMetric
{
    private MeanOverTokens _mean;

    public override string Name => "explainedVarianceLegacy";

    public override bool IsPooled => false;

    public override MetricValue Value => _mean.Value("that are the mean of their batch");

    public override void Add(MetricBatch batch)
    {
        var variance = new RunningVariance();
        for (var row = 0; row < batch.Rows; row++) variance.Add(batch.Row(row));
        for (var row = 0; row < batch.Rows; row++)
        {
            var x = batch.Row(row);
            var total = 0.0;
            for (var i = 0; i < x.Length; i++) total += (x[i] - variance.Mean[i]) * (x[i] - variance.Mean[i]);
            if (total == 0) _mean.LeaveOut();
            else _mean.Add(1 - batch.SquaredErrors[row] / total);
        }
    }
}
