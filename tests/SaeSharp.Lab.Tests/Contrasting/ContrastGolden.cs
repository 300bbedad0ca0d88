using System.Text.Json;
using SaeSharp.Lab.Contrasting;

namespace SaeSharp.Lab.Tests.Contrasting;

/// <summary>Areas and false discovery rates of scikit-learn and scipy.</summary>
public class ContrastGolden
{
    private static JsonElement Group(string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        return JsonDocument.Parse(File.ReadAllBytes(SharedFiles.At("golden", "statistics", "statistics.json"))).RootElement.GetProperty(name);
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];

    [Fact]
    public void Areas_under_the_curve_are_those_of_scikit_learn()
    {
        foreach (var expected in Group("ranking").GetProperty("cases").EnumerateArray())
        {
            // Ranks are all that counts, so that the scores may pass through f32 as places in their order; 0 stays 0.
            var scores = Numbers(expected.GetProperty("score"));
            double[] sorted = [.. scores.Distinct().Order()];
            double[] places = [.. scores.Select(score => score == 0 ? 0.0 : Array.BinarySearch(sorted, score) - Array.BinarySearch(sorted, 0) is var place and not 0 ? place : 0)];
            if (Array.BinarySearch(sorted, 0.0) < 0) places = [.. scores.Select(score => Array.BinarySearch(sorted, score) + 1.0)];
            sbyte[] side = [.. expected.GetProperty("y").EnumerateArray().Select(label => (sbyte)(label.GetInt32() == 1 ? 1 : -1))];
            var (sparse, ranking) = (DrawnFeatures.Sparse([places]), new FeatureRanking(places.Length));
            ranking.Take(sparse.PromptsOf(0), sparse.ValuesOf(0));
            Assert.Equal(expected.GetProperty("auroc").GetDouble(), ranking.Area(side, side.Count(one => one > 0), side.Count(one => one < 0)).Auroc, 1e-12);
        }
    }

    [Fact]
    public void False_discovery_rates_are_those_of_Benjamini_and_Hochberg()
    {
        foreach (var expected in Group("multiple_testing").GetProperty("cases").EnumerateArray())
        {
            foreach (var (wanted, q) in Numbers(expected.GetProperty("bh")).Zip(FalseDiscovery.Rates(Numbers(expected.GetProperty("p")))))
                Assert.Equal(wanted, q, 1e-12 * Math.Max(wanted, 1e-300));
        }
    }
}
