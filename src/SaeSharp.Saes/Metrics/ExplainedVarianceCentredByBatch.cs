namespace SaeSharp.Saes.Metrics;

/// <summary><see cref="ExplainedVarianceCentred"/> of each batch, averaged over the batches: dictionary_learning's <c>frac_variance_explained</c>.</summary>
public sealed class ExplainedVarianceCentredByBatch : SaeMetric
{
    private double _shares;
    private long _batches;

    public override string Name => "explainedVarianceCentredByBatch";

    public override bool IsPooled => false;

    public override MetricValue Value => MetricValue.Ratio(_shares, _batches, "no batch whose activations vary");

    public override void Add(MetricBatch batch)
    {
        var one = new ExplainedVarianceCentred();
        one.Add(batch);
        if (one.Value.Number is not { } share) return;
        _shares += share;
        _batches++;
    }
}
