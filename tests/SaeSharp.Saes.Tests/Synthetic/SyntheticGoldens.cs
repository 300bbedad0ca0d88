using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Synthetic;

namespace SaeSharp.Saes.Tests.Synthetic;

/// <summary>The parts of SAELens' synthetic data that involve no sampling, against its own values.</summary>
public class SyntheticGoldens
{
    private const string Values = "golden/saes/metrics/synthetic.json", Arrays = "golden/saes/metrics/synthetic.safetensors";

    [Fact]
    public void Probabilities_follow_Zipf_and_the_straight_line()
    {
        var golden = Golden.Json(Values);
        foreach (var zipf in golden.GetProperty("zipf").EnumerateArray())
            Close(Numbers(zipf.GetProperty("p")), FiringProbabilities.Zipf(zipf.GetProperty("n").GetInt32(), Number(zipf, "exponent"), Number(zipf, "max"), Number(zipf, "min")), 1e-6);
        var line = Numbers(golden.GetProperty("linear"));
        Close(line, FiringProbabilities.Linear(line.Length, Math.Round(line[0], 4), Math.Round(line[^1], 4)), 1e-6);
    }

    [Fact]
    public void Magnitudes_follow_their_rule()
    {
        foreach (var rule in Golden.Json(Values).GetProperty("magnitudes").EnumerateObject())
        {
            var expected = Numbers(rule.Value);
            MagnitudeRule ours = rule.Name.StartsWith("linear", StringComparison.Ordinal) ? new MagnitudeRule.Linear(expected[0], expected[^1]) : new MagnitudeRule.Exponential(expected[0], expected[^1]);
            Close(expected, [.. ours.Generate(expected.Length, 0).Select(value => (double)value)], 1e-6);
        }
    }

    [Fact]
    public void Thresholds_are_the_quantiles_of_the_normal_distribution()
    {
        var golden = Golden.Json(Values).GetProperty("copula_thresholds");
        Close(Numbers(golden.GetProperty("threshold")), [.. Numbers(golden.GetProperty("p")).Select(Gaussian.Threshold)], 1e-10);
    }

    [Fact]
    public void Corrections_make_up_for_parents_and_siblings()
    {
        var golden = Golden.Json(Values).GetProperty("hierarchy.correction_factors");
        var probabilities = Numbers(golden.GetProperty("base_probabilities"));
        Close(Numbers(golden.GetProperty("factors")), FiringProbabilities.Corrections(FeatureTreeFile.Parse(golden.GetProperty("tree"), probabilities.Length, Values), probabilities), 1e-6);
    }

    [Theory, InlineData("hierarchy.scale_False"), InlineData("hierarchy.scale_True")]
    public void A_child_fires_only_with_its_parent_and_scaled_by_it_where_asked(string name)
    {
        var golden = Golden.Json(Values).GetProperty(name);
        float[] means = [.. Numbers(golden.GetProperty("mean_firing_magnitudes")).Select(value => (float)value)];
        var tree = FeatureTreeFile.Parse(golden.GetProperty("tree"), means.Length, Values);
        using var file = Golden.Tensors(Arrays);
        Tensor given = file.Read($"{name}.in"), expected = file.Read($"{name}.out");
        for (var row = 0; row < given.RowCount; row++)
        {
            var strengths = given.Row<float>(row).ToArray();
            NaiveSampler.ApplyTree(strengths, tree, means, new SampleRandom(row));
            Close([.. expected.Row<float>(row).ToArray().Select(value => (double)value)], [.. strengths.Select(value => (double)value)], 1e-6);
        }
    }

    [Fact]
    public void Of_exclusive_siblings_one_of_those_that_fired_remains()
    {
        var tree = FeatureTreeFile.Parse(Golden.Json(Values).GetProperty("hierarchy.correction_factors").GetProperty("tree"), 14, Values);
        using var file = Golden.Tensors(Arrays);
        Tensor given = file.Read("hierarchy.mutually_exclusive.in"), drawn = file.Read("hierarchy.mutually_exclusive.out_one_draw");
        for (var row = 0; row < given.RowCount; row++)
        {
            var strengths = given.Row<float>(row).ToArray();
            NaiveSampler.ApplyTree(strengths, tree, [.. Enumerable.Repeat(1f, 14)], new SampleRandom(row));
            for (var parent = 0; parent < tree.Features; parent++)
            {
                int[] children = tree.Children(parent).ToArray(), theirs = [.. children.Where(child => drawn.Row<float>(row)[child] > 0)], ours = [.. children.Where(child => strengths[child] > 0)];
                Assert.Equal(theirs.Length, ours.Length);
                Assert.True(ours.All(child => given.Row<float>(row)[child] > 0));
                if (children.Length > 0) Assert.InRange(ours.Length, 0, 1);
            }
        }
    }

    [Theory, InlineData("orthogonalize.out_20_steps_lr0.01", 20, 0.01), InlineData("orthogonalize.out_100_steps_lr3e-4", 100, 3e-4)]
    public void Directions_are_pushed_apart_as_by_gradients_over_all_pairs(string name, int steps, double rate)
    {
        using var file = Golden.Tensors(Arrays);
        var directions = file.Read("orthogonalize.in").To(DType.F64).Clone();
        FeatureDirections.Orthogonalise(directions, steps, rate, Reference.Instance);
        Close(file.Read(name).Span<double>().ToArray(), directions.Span<double>().ToArray(), 1e-9);
    }

    internal static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];

    internal static double Number(JsonElement of, string name) => of.GetProperty(name).GetDouble();

    internal static void Close(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"number {i} is {actual[i]:R}, expected {expected[i]:R}");
    }
}
