namespace SaeSharp.Saes.Metrics;

/// <summary>FVU = Σ‖x − x̂‖² / Σ‖x − x̄‖², x̄ being the mean of all tokens.</summary>
public sealed class FractionOfVarianceUnexplained : SaeMetric
{
    private readonly VarianceShare _share = new();

    public override string Name => "fvu";

    public override MetricValue Value => _share.Unexplained;

    public override void Add(MetricBatch batch) => _share.Add(batch);
}
