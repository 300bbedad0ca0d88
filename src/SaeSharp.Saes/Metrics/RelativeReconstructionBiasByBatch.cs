namespace SaeSharp.Saes.Metrics;

/// <summary><see cref="RelativeReconstructionBias"/> of each batch, averaged over the batches: SAELens' <c>relative_reconstruction_bias</c>.</summary>
/// <remarks>A short batch weighs as much as a long one. (1,0) → (2,0) and (2,0) → (2,0) in two batches give (2 + 1)/2 = 1.5; pooled it is 8/6.</remarks>
public sealed class RelativeReconstructionBiasByBatch : SaeMetric
{
    private double _ratios;
    private long _batches;

    public override string Name => "relativeReconstructionBiasByBatch";

    public override bool IsPooled => false;

    public override MetricValue Value => MetricValue.Ratio(_ratios, _batches, "no tokens");

    public override void Add(MetricBatch batch)
    {
        if (batch.Rows == 0) return;
        _ratios += batch.ReconstructionSquares.Sum() / batch.Products.Sum();
        _batches++;
    }
}
