using System.Globalization;

namespace SaeSharp.Saes.Metrics;

/// <summary>Mean over tokens of cos(x, x̂). Tokens at which x or x̂ is zero have no angle: they are counted and left out.</summary>
public sealed class Cosine : SaeMetric
{
    private long _tokens;
    private double _sum;

    public override string Name => "cosine";

    /// <summary>Tokens left out.</summary>
    public long ZeroRows { get; private set; }

    public override MetricValue Value
    {
        get
        {
            var mean = MetricValue.Ratio(_sum, _tokens, ZeroRows > 0 ? "every activation or its reconstruction is zero" : "no tokens");
            if (mean.Number is null || ZeroRows == 0) return mean;
            return mean with { Reason = string.Create(CultureInfo.InvariantCulture, $"left out: {ZeroRows} tokens whose activation or reconstruction is zero") };
        }
    }

    public override void Add(MetricBatch batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            var (x, y) = (MetricBatch.Dot(batch.Row(row), batch.Row(row)), MetricBatch.Dot(batch.ReconstructionRow(row), batch.ReconstructionRow(row)));
            if (x == 0 || y == 0)
            {
                ZeroRows++;
                continue;
            }
            _tokens++;
            _sum += MetricBatch.Dot(batch.Row(row), batch.ReconstructionRow(row)) / (Math.Sqrt(x) * Math.Sqrt(y));
        }
    }
}
