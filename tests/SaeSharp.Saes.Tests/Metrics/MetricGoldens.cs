using SaeSharp.Numerics;
using SaeSharp.Saes.Metrics;

namespace SaeSharp.Saes.Tests.Metrics;

/// <summary>What SAELens' own metric code gives on fixed arrays, where it defines a number as we do.</summary>
public class MetricGoldens
{
    private static readonly (string Ours, string Theirs)[] Same = [("l1", "l1"), ("mse", "mse"), ("cosine", "cossim"), ("explainedVariance", "explained_variance"), ("shrinkage", "l2_ratio")];

    [Theory, InlineData("saelens.one_batch", 1, -1), InlineData("saelens.three_batches", 3, -1), InlineData("saelens.three_batches_ignore_0", 3, 0), InlineData("saelens.three_batches_ignore_0_1", 3, 1)]
    public void Numbers_are_those_of_SAELens(string name, int batches, int ignoreUpTo)
    {
        var expected = Golden.Json("golden/saes/metrics/fixed_metrics.json").GetProperty(name).GetProperty("metrics_f64");
        var all = Batches(batches, ignoreUpTo);
        foreach (var (ours, theirs) in Same) RequireRelative(expected.GetProperty(theirs).GetDouble(), ours, all, 1e-10);
        RequireRelative(expected.GetProperty("l0").GetDouble(), "l0", all, 1e-6); // kept in f32 there
        if (batches == 1) RequireRelative(expected.GetProperty("relative_reconstruction_bias").GetDouble(), "relativeReconstructionBias", all, 1e-10);
    }

    [Fact]
    public void Pooled_numbers_are_the_plain_definitions()
    {
        var plain = Golden.Json("golden/saes/metrics/fixed_metrics.json").GetProperty("plain");
        var all = Batches(3, -1);
        RequireRelative(plain.GetProperty("relative_reconstruction_bias").GetDouble(), "relativeReconstructionBias", all, 1e-10);
        RequireRelative(plain.GetProperty("l0").GetDouble(), "l0", all, 1e-10);
        RequireRelative(1 - plain.GetProperty("ev_1_minus_mse_over_total_variance").GetDouble(), "fvu", all, 1e-10);
    }

    [Fact]
    public void Firing_rates_are_the_density()
    {
        var expected = Golden.Json("golden/saes/metrics/fixed_metrics.json").GetProperty("density").GetProperty("density").EnumerateArray().Select(value => value.GetDouble());
        var counts = new FiringCounts();
        foreach (var batch in Batches(3, -1)) counts.Add(batch.Codes);
        Assert.Equal(expected, counts.Counts.ToArray().Select(count => (double)count / counts.Tokens));
    }

    private static void RequireRelative(double expected, string name, MetricBatch[] batches, double tolerance)
    {
        var actual = ReconstructionMetrics.Measure(name, batches).Number!.Value;
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Abs(expected), $"{name} is {actual:R}, expected {expected:R}");
    }

    private static MetricBatch[] Batches(int count, int ignoreUpTo)
    {
        using var file = Golden.Tensors("golden/saes/metrics/fixed.safetensors");
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var tokens = file.Read($"tokens{i}");
            int[] rows = [.. Enumerable.Range(0, (int)tokens.Count).Where(row => tokens.Read(row) > ignoreUpTo)];
            return new MetricBatch(Pick(file.Read($"x{i}"), rows), Pick(file.Read($"x_hat{i}"), rows), SparseCodes.FromDense(Pick(file.Read($"f{i}"), rows)));
        })];
    }

    private static Tensor Pick(Tensor tensor, int[] rows)
    {
        var picked = Tensor.Zeros(DType.F32, rows.Length, tensor.Columns);
        for (var i = 0; i < rows.Length; i++) tensor.Row<float>(rows[i]).CopyTo(picked.Row<float>(i));
        return picked;
    }
}
