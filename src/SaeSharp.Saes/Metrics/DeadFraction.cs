namespace SaeSharp.Saes.Metrics;

/// <summary>Share of the latents that fire on none of the tokens. It falls with more tokens: say how many there were.</summary>
public sealed class DeadFraction : SaeMetric
{
    private readonly FiringCounts _counts = new();

    public override string Name => "deadFraction";

    public override MetricValue Value => _counts.Share(rate => rate == 0);

    public override void Add(MetricBatch batch) => _counts.Add(batch);
}
