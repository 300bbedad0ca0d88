namespace SaeSharp.Saes.Metrics;

/// <summary>1 − E‖x − x̂‖² / (E‖x‖² − ‖E x‖²) = 1 − FVU.</summary>
/// <remarks>
/// The definition of SAELens since 6.45. Others differ: SAEBench 0.6.0 has another denominator (1.0667 for the example below), dictionary_learning centres the residual
/// (<see cref="ExplainedVarianceCentred"/>). By hand: x = (2,0), (0,4) and x̂ = (2,1), (0,3) give 1 − 1/5 = 0.8.
/// </remarks>
public sealed class ExplainedVariance : SaeMetric
{
    private readonly VarianceShare _share = new();

    public override string Name => "explainedVariance";

    public override MetricValue Value => _share.Unexplained is { Number: { } share } ? new(1 - share) : _share.Unexplained;

    public override void Add(MetricBatch batch) => _share.Add(batch);
}
