using SaeSharp.Numerics;
using SaeSharp.Saes.Metrics;

namespace SaeSharp.Saes.Tests.Metrics;

/// <summary>Numbers worked out by hand, and laws.</summary>
public class ReconstructionMetrics
{
    // x = (2,0), (0,4); x̂ = (2,1), (0,3); f = (3,0,-1), (0,0,2)
    private static MetricBatch Oracle => new(
        Tensor.Of([2.0, 0, 0, 4], 2, 2), Tensor.Of([2.0, 1, 0, 3], 2, 2), SparseCodes.FromDense(Tensor.Of([3f, 0, -1, 0, 0, 2], 2, 3)));

    [Theory]
    [InlineData("explainedVariance", 0.8)] // 1 − 1/(10 − 5)
    [InlineData("fvu", 0.2)]
    [InlineData("mse", 1.0)] // (1 + 1)/2
    [InlineData("l0", 1.5)] // (2 + 1)/2
    [InlineData("l1", 3.0)] // (4 + 2)/2
    [InlineData("relativeReconstructionBias", 0.875)] // (5 + 9)/(4 + 12)
    [InlineData("deadFraction", 1.0 / 3)]
    [InlineData("denseFraction", 2.0 / 3)]
    [InlineData("errorNorm", 1.0)] // √1 twice
    [InlineData("l2NormIn", 3.0)] // (2 + 4)/2
    [InlineData("normalizedMse", 0.15625)] // (1/4 + 1/16)/2
    [InlineData("normalizedL1", 1.25)] // (4/2 + 2/4)/2
    [InlineData("explainedVarianceLegacy", 0.8)] // x̄ = (1,2): 1 − 1/5 twice
    [InlineData("explainedVarianceCentred", 0.8)] // x − x̂ = (0,−1), (0,1) has mean 0: 1 − 2/10
    [InlineData("relativeReconstructionBiasByBatch", 0.875)]
    public void The_oracle_gives_what_is_worked_out_by_hand(string name, double expected) => Assert.Equal(expected, Measure(name, Oracle).Number!.Value, 1e-15);

    [Fact]
    public void Cosine_and_shrinkage_of_the_oracle_are_means_over_tokens()
    {
        Assert.Equal((2 / Math.Sqrt(5) + 1) / 2, Measure("cosine", Oracle).Number!.Value, 1e-15); // 4/(2·√5), 12/(4·3)
        Assert.Equal((Math.Sqrt(5) / 2 + 0.75) / 2, Measure("shrinkage", Oracle).Number!.Value, 1e-15);
    }

    [Fact]
    public void A_constant_error_costs_explained_variance_but_not_the_centred_one()
    {
        var batch = new MetricBatch(Tensor.Of([1.0, 0, -1, 0, 0, 1, 0, -1], 4, 2), Tensor.Of([2.0, 0, 0, 0, 1, 1, 1, -1], 4, 2), SparseCodes.FromDense(Tensor.Zeros(DType.F32, 4, 1)));
        Assert.Equal((0.0, 1.0), (Measure("explainedVariance", batch).Number, Measure("explainedVarianceCentred", batch).Number));
    }

    [Fact]
    public void Numbers_by_batch_weigh_batches_and_pooled_ones_weigh_tokens()
    {
        MetricBatch One(double x, double y) => new(Tensor.Of([x, 0.0], 1, 2), Tensor.Of([y, 0.0], 1, 2), SparseCodes.FromDense(Tensor.Zeros(DType.F32, 1, 1)));
        Assert.Equal(1.5, Measure("relativeReconstructionBiasByBatch", One(1, 2), One(2, 2)).Number); // (2 + 1)/2
        Assert.Equal(8.0 / 6, Measure("relativeReconstructionBias", One(1, 2), One(2, 2)).Number); // (4 + 4)/(2 + 4)
    }

    [Fact]
    public void Firings_in_a_text_are_averaged_over_the_texts_with_any()
    {
        var codes = SparseCodes.FromDense(Tensor.Of([1f, 0, 0, 2, 1, 0, 3, 1, 0, 0, 0, 0], 4, 3)); // latent 0 fires at rows 0, 1, 2; latent 1 at 1, 2; latent 2 never
        var counts = new FiringCounts();
        counts.Add(codes, [0, 2]);
        counts.Add(codes, [0, 2]);
        Assert.Equal([1.5, 1, null], Enumerable.Range(0, 3).Select(counts.FiringsInAText)); // texts of rows 0–1 and 2–3: 6/4, 4/4
        Assert.Equal((0.75, -10), (counts.Density(0), counts.Log10Density(2)));
    }

    [Fact]
    public void Cosine_counts_and_leaves_out_zero_rows()
    {
        var metric = new Cosine();
        metric.Add(new(Tensor.Of([1.0, 0, 0, 0, 0, 2], 3, 2), Tensor.Of([1.0, 0, 1, 1, 0, 0], 3, 2), SparseCodes.FromDense(Tensor.Zeros(DType.F32, 3, 1))));

        Assert.Equal((1.0, 2), (metric.Value.Number, metric.ZeroRows));
        Assert.Contains("2 tokens", metric.Value.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_tokens_every_metric_says_why_it_has_no_number() => Assert.All(SaeMetric.All(), metric =>
    {
        Assert.Null(metric.Value.Number);
        Assert.NotNull(metric.Value.Reason);
    });

    [Fact]
    public void Activations_that_do_not_vary_have_no_explained_variance() => Assert.Equal(
        new MetricValue(null, "all activations are the same"),
        Measure("explainedVariance", new MetricBatch(Tensor.Of([1.0, 2, 1, 2], 2, 2), Tensor.Of([1.0, 1, 1, 1], 2, 2), SparseCodes.FromDense(Tensor.Zeros(DType.F32, 2, 1)))));

    [Fact]
    public void Cutting_the_tokens_into_batches_changes_no_bit()
    {
        var (x, y, f) = (RandomTensors.Normal(1, 30, 8), RandomTensors.Normal(2, 30, 8), RandomTensors.Normal(3, 30, 12));
        var (whole, parts) = (SaeMetric.All().Where(metric => metric.IsPooled).ToList(), SaeMetric.All().Where(metric => metric.IsPooled).ToList());
        foreach (var metric in whole) metric.Add(new(x, y, SparseCodes.FromDense(f)));
        foreach (var metric in parts)
            foreach (var (start, count) in new[] { (0, 1), (1, 12), (13, 17) })
                metric.Add(new(x.Rows(start, count), y.Rows(start, count), SparseCodes.FromDense(f.Rows(start, count))));

        Assert.Equal(whole.Select(metric => metric.Value), parts.Select(metric => metric.Value));
    }

    [Fact]
    public void A_perfect_reconstruction_has_perfect_scores()
    {
        var x = RandomTensors.Normal(5, 20, 8);
        var batch = new MetricBatch(x, x, SparseCodes.FromDense(x));
        foreach (var (name, value) in new[] { ("fvu", 0.0), ("explainedVariance", 1), ("mse", 0), ("cosine", 1), ("shrinkage", 1), ("relativeReconstructionBias", 1) })
            Assert.Equal(value, Measure(name, batch).Number!.Value, 1e-12);
    }

    internal static MetricValue Measure(string name, params ReadOnlySpan<MetricBatch> batches)
    {
        var metric = SaeMetric.All().Single(metric => metric.Name == name);
        foreach (var batch in batches) metric.Add(batch);
        return metric.Value;
    }
}
