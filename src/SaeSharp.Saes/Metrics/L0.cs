namespace SaeSharp.Saes.Metrics;

/// <summary>Mean number of latents that are not zero on a token.</summary>
public sealed class L0 : SaeMetric
{
    private long _tokens, _active;

    public override string Name => "l0";

    public override MetricValue Value => MetricValue.Ratio(_active, _tokens, "no tokens");

    public override void Add(MetricBatch batch)
    {
        _tokens += batch.Rows;
        foreach (var value in batch.Codes.Values)
            if (value != 0) _active++;
    }
}
