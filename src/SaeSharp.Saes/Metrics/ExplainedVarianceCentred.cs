namespace SaeSharp.Saes.Metrics;

/// <summary>1 − Σ var(x − x̂) / Σ var(x), over all tokens: a constant error of the reconstruction costs nothing.</summary>
/// <remarks>By hand: x̂ = x + (1,0) has 1 here, whatever x; <see cref="ExplainedVariance"/> counts the offset.</remarks>
public sealed class ExplainedVarianceCentred : SaeMetric
{
    private readonly RunningVariance _input = new(), _error = new();

    public override string Name => "explainedVarianceCentred";

    public override MetricValue Value
    {
        get
        {
            var unexplained = MetricValue.Ratio(_error.Sum, _input.Sum, _input.Count == 0 ? "no tokens" : "all activations are the same");
            return unexplained.Number is { } share ? new(1 - share) : unexplained;
        }
    }

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            _input.Add(batch.Row(row));
            _error.Add(batch.Error(row));
        }
    }
}
