namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of Σ|f|, in units of latents as the SAE gives them.</summary>
public sealed class L1 : SaeMetric
{
    private long _tokens;
    private double _sum;

    public override string Name => "l1";

    public override MetricValue Value => MetricValue.Ratio(_sum, _tokens, "no tokens");

    public override void Add(MetricBatch batch)
    {
        _tokens += batch.Rows;
        foreach (var value in batch.Codes.Values) _sum += Math.Abs((double)value);
    }
}
