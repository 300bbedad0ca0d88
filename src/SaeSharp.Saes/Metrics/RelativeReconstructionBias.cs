namespace SaeSharp.Saes.Metrics;

/// <summary>E‖x̂‖² / E[x·x̂]: the factor γ by which x̂ is too long along itself; 1 where the error is orthogonal to x̂. Pooled over all tokens.</summary>
/// <remarks>Rajamanoharan et al. 2024, arXiv:2404.16014v2, Eq. 10. SAELens averages the ratio over batches instead: <see cref="RelativeReconstructionBiasByBatch"/>.</remarks>
public sealed class RelativeReconstructionBias : SaeMetric
{
    private double _squares, _products;

    public override string Name => "relativeReconstructionBias";

    public override MetricValue Value => MetricValue.Ratio(_squares, _products, "no tokens, or reconstructions orthogonal to the activations");

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            _squares += batch.ReconstructionSquares[row];
            _products += batch.Products[row];
        }
    }
}
