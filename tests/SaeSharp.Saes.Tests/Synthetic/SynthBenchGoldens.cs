using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Synthetic;

namespace SaeSharp.Saes.Tests.Synthetic;

/// <summary>SynthSAEBench: what is fixed equals SAELens' tables, what is drawn agrees with its samples within four standard errors.</summary>
public class SynthBenchGoldens
{
    private const string Values = "golden/saes/metrics/synth_bench.json", Arrays = "golden/saes/metrics/synth_bench.safetensors";
    private const int Batch = 2048, Batches = 20;
    private const double StandardErrors = 4;

    [Fact]
    public void Probabilities_are_those_of_the_published_tables()
    {
        var spec = Spec();
        using var file = Golden.Tensors(Arrays);
        SyntheticGoldens.Close(Row(file.Read("base_probability")), FiringProbabilities.Zipf(spec.Features, spec.ZipfExponent, spec.MaxProbability, spec.MinProbability), 1e-6);
        SyntheticGoldens.Close(Row(file.Read("corrected_probability")), [.. SyntheticWorld.ProbabilitiesOf(spec, FeatureTree.Build(spec)).Select(p => (double)p)], 2e-6);
    }

    [Fact]
    public void The_tree_is_numbered_level_by_level()
    {
        var tree = FeatureTree.Build(Spec());
        Assert.Equal(
            [.. Golden.Json(Values).GetProperty("hierarchy_levels").EnumerateArray().Select(level => (level.GetProperty("first").GetInt32(), level.GetProperty("count").GetInt32()))],
            Levels(tree).Select(level => (level[0], level.Length)));
        var nested = FeatureTreeFile.Parse(JsonDocument.Parse($$"""{"roots":[{{Golden.Json(Values).GetProperty("hierarchy_example_root0").GetRawText()}}]}""").RootElement, tree.Features, Values);
        for (var i = 0; i < tree.Features; i++)
        {
            if (nested.Children(i).Length == 0) continue;
            Assert.Equal(nested.Children(i).ToArray(), tree.Children(i).ToArray());
            Assert.Equal((nested.IsExclusive(i), nested.ScalesChildren(i)), (tree.IsExclusive(i), tree.ScalesChildren(i)));
        }
    }

    [Fact]
    public void Numbers_that_PyTorch_drew_are_drawn_again()
    {
        var (spec, golden) = (Spec(), Golden.Json(Values));
        var deviations = spec.Deviations.Generate(spec.Features, spec.Seed + 1);
        var mean = deviations.Average(value => (double)value);
        Assert.Equal(golden.GetProperty("magnitudes").GetProperty("std_mean").GetDouble(), mean, 1e-7);
        Assert.Equal(golden.GetProperty("magnitudes").GetProperty("std_std").GetDouble(), Math.Sqrt(deviations.Sum(value => (value - mean) * (value - mean)) / (spec.Features - 1)), 1e-7);

        var factors = SyntheticWorld.FactorsOf(spec);
        using var file = Golden.Tensors(Arrays);
        var expected = file.Read("latent_gaussian_correlation_first24");
        for (var i = 0; i < 24; i++)
            for (var j = 0; j < 24; j++)
                Assert.Equal(expected.Row<double>(i)[j], Enumerable.Range(0, spec.CorrelationRank).Sum(r => (double)factors.Row<float>(i)[r] * factors.Row<float>(j)[r]), 1e-6);
    }

    [Fact]
    public void Directions_start_and_end_where_those_of_SAELens_do()
    {
        var golden = Golden.Json(Values).GetProperty("orthogonalisation_512_in_48");
        var (directions, bias) = FeatureDirections.Random(512, 48, 0.5, 3);
        Assert.Equal(0.5, Math.Sqrt(bias.Span<float>().ToArray().Sum(value => (double)value * value)), 1e-6);
        Assert.Equal(golden.GetProperty("mean_max_abs_cos_before").GetDouble(), MeanLargestCosine(directions), 1e-6);
        FeatureDirections.Orthogonalise(directions, golden.GetProperty("steps").GetInt32(), golden.GetProperty("lr").GetDouble(), CpuBackend.Create(1));
        Assert.Equal(golden.GetProperty("after").GetDouble(), MeanLargestCosine(directions), 1e-5);
    }

    [Fact]
    public void Samples_have_the_published_statistics()
    {
        var (spec, sampled) = (Spec(), Golden.Json(Values).GetProperty("sampled"));
        var counts = Count(spec);
        var theirs = sampled.GetProperty("samples").GetInt32();
        Agree("mean L0", sampled.GetProperty("l0_mean").GetDouble(), sampled.GetProperty("l0_mean_standard_error").GetDouble(), counts.Samples.Average(), Math.Sqrt(Variance(counts.Samples) / counts.Samples.Count));
        foreach (var feature in sampled.GetProperty("firing_frequency").EnumerateArray())
        {
            var (i, p) = (feature.GetProperty("i").GetInt32(), feature.GetProperty("frequency").GetDouble());
            var pooled = (p * theirs + counts.Of(i)) / (theirs + counts.Samples.Count);
            Agree($"feature {i}", p, Math.Sqrt(pooled * (1 - pooled) / theirs), counts.Frequency(i), Math.Sqrt(pooled * (1 - pooled) / counts.Samples.Count));
            if (feature.GetProperty("mean_when_active") is not { ValueKind: JsonValueKind.Number } mean || p * theirs < 30) continue;
            var deviation = counts.DeviationWhenActive(i);
            Agree($"strength of {i}", mean.GetDouble(), deviation / Math.Sqrt(p * theirs), counts.MeanWhenActive(i), deviation / Math.Sqrt(counts.Of(i)));
        }
        foreach (var level in sampled.GetProperty("sum_frequency_by_level").EnumerateArray())
        {
            int[] features = Levels(FeatureTree.Build(spec))[level.GetProperty("depth").GetInt32()];
            var deviation = counts.DeviationOf(features);
            Agree($"level {level.GetProperty("depth")}", level.GetProperty("sum_frequency").GetDouble(), deviation / Math.Sqrt(theirs), features.Sum(counts.Frequency), deviation / Math.Sqrt(counts.Samples.Count));
        }

        // Over all features the squared differences, each over its variance, add up to about their number.
        using var file = Golden.Tensors(Arrays);
        var frequency = file.Read("firing_frequency").Span<float>();
        var (sumOfSquares, compared) = (0.0, 0);
        for (var i = 0; i < spec.Features; i++)
        {
            double p = (frequency[i] * theirs + counts.Of(i)) / (theirs + counts.Samples.Count), difference = frequency[i] - counts.Frequency(i);
            if (p * theirs < 20) continue;
            (sumOfSquares, compared) = (sumOfSquares + difference * difference / (p * (1 - p) * (1.0 / theirs + 1.0 / counts.Samples.Count)), compared + 1);
        }
        Assert.InRange((sumOfSquares - compared) / Math.Sqrt(2.0 * compared), -5, 5);
        Correlated(file.Read("binary_correlation_first24"), counts, theirs);
    }

    private static void Correlated(Tensor expected, FiringStatistics counts, int theirs)
    {
        for (var i = 0; i < 24; i++)
            for (var j = 0; j < i; j++)
                Agree($"correlation of {i} and {j}", expected.Row<double>(i)[j], 1 / Math.Sqrt(theirs), counts.Correlation(i, j), 1 / Math.Sqrt(counts.Samples.Count));
    }

    /// <summary>Directions play no part in the firing, so narrow ones do.</summary>
    private static FiringStatistics Count(SyntheticSpec spec)
    {
        var backend = CpuBackend.Create();
        var world = SyntheticWorld.Create(spec with { DIn = 16, OrthogonalSteps = 0 }, backend);
        var source = new SyntheticSource(world, Batch, backend);
        var statistics = new FiringStatistics(spec.Features, 24);
        var x = Tensor.Zeros(DType.F32, Batch, 16);
        for (var batch = 0; batch < Batches; batch++) statistics.Add(source.FillWithFeatures(batch, x, TestContext.Current.CancellationToken));
        return statistics;
    }

    private static void Agree(string what, double theirs, double theirError, double ours, double ourError) =>
        Assert.True(Math.Abs(theirs - ours) <= StandardErrors * Math.Sqrt(theirError * theirError + ourError * ourError) + 1e-9, $"{what}: {ours:R}, expected {theirs:R} ± {theirError:G3}");

    private static double Variance(List<int> values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
    }

    private static SyntheticSpec Spec() => SyntheticSpecFile.Read(Golden.Json(Values).GetProperty("config"), Values);

    private static double[] Row(Tensor tensor) => [.. tensor.Span<float>().ToArray().Select(value => (double)value)];

    private static List<int[]> Levels(FeatureTree tree)
    {
        var levels = new List<int[]> { Enumerable.Range(0, tree.Features).Where(i => tree.Parents[i] < 0 && tree.Children(i).Length > 0).ToArray() };
        while (levels[^1].SelectMany(parent => tree.Children(parent).ToArray()).ToArray() is { Length: > 0 } next) levels.Add(next);
        return levels;
    }

    private static double MeanLargestCosine(Tensor directions)
    {
        var cosines = Tensor.Zeros(DType.F32, directions.RowCount, directions.RowCount);
        CpuBackend.Create(1).MatMul(directions, directions, cosines, Transpose.B);
        return Enumerable.Range(0, directions.RowCount).Average(i => Enumerable.Range(0, directions.RowCount).Where(j => j != i).Max(j => (double)Math.Abs(cosines.Row<float>(i)[j])));
    }
}
