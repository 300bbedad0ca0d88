namespace SaeSharp.Saes.Metrics;

/// <summary>Share of the latents that fire on more than one token in ten: too often to mean one thing.</summary>
public sealed class DenseFraction : SaeMetric
{
    /// <summary>The firing rate above which a latent counts as dense.</summary>
    public const double Rate = 0.1;

    private readonly FiringCounts _counts = new();

    public override string Name => "denseFraction";

    public override MetricValue Value => _counts.Share(rate => rate > Rate);

    public override void Add(MetricBatch batch) => _counts.Add(batch);
}
