using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Synthetic;

namespace SaeSharp.Saes.Tests.Synthetic;

/// <summary>A damaged or foreign world is refused with the place and the reason.</summary>
public class WorldFolderRefusals
{
    private static readonly SyntheticSpec Spec = new() { Features = 20, DIn = 16, Roots = 2, Branching = 3, Depth = 1, CorrelationRank = 2, OrthogonalSteps = 0 };

    [Theory]
    [InlineData("synthetic_model_config.json", "\"num_features\": 20", "\"num_features\": 20.5", "whole number")]
    [InlineData("synthetic_model_config.json", "\"num_features\": 20", "\"num_features\": 2000000000", "expected [2000000000")]
    [InlineData("synthetic_model_config.json", "\"hidden_dim\": 16", "\"hidden_dim\": 17", "expected [20, 17]")]
    [InlineData("synthetic_model_config.json", "\"zipfian\"", "\"linear\"", "zipfian")]
    [InlineData("synthetic_model_config.json", "\"linear\"", "\"cubic\"", "'cubic'")]
    [InlineData("synthetic_model_config.json", "\"seed\": 42", "\"seed\": null", "seed")]
    [InlineData("hierarchy.json", "\"feature_index\":2,", "\"feature_index\":20,", "0 to 19")]
    [InlineData("hierarchy.json", "\"feature_index\":2,", "\"feature_index\":3,", "twice")]
    [InlineData("hierarchy.json", "\"feature_index\":2,", "\"feature_index\":null,", "only groups others")]
    [InlineData("hierarchy.json", "\"children\":[]", "\"children\":7", "children")]
    public void A_changed_file_is_refused(string file, string before, string after, string named)
    {
        using var folder = new TemporaryFolder();
        SyntheticWorldFolder.Save(SyntheticWorld.Create(Spec, Reference.Instance), Spec, folder["world"]);
        var path = Path.Combine(folder["world"], file);
        var text = File.ReadAllText(path);
        Assert.Contains(before, text);
        File.WriteAllText(path, text.Replace(before, after));
        Assert.Contains(named, Assert.Throws<FileException>(() => SyntheticWorldFolder.Load(folder["world"])).Message);
    }

    [Theory, InlineData("firing_probabilities", 1.5f), InlineData("firing_probabilities", float.NaN), InlineData("correlation_factor", 2f), InlineData("correlation_factor", float.NaN)]
    public void Numbers_that_mean_nothing_are_refused(string tensor, float value)
    {
        using var folder = new TemporaryFolder();
        var world = SyntheticWorld.Create(Spec, Reference.Instance);
        if (tensor == "correlation_factor") world.Factors.Span<float>()[4] = value;
        else world.Probabilities[4] = value;
        SyntheticWorldFolder.Save(world, Spec, folder["world"]);
        Assert.Contains(tensor, Assert.Throws<FileException>(() => SyntheticWorldFolder.Load(folder["world"])).Message);
    }

    [Fact]
    public void A_tree_with_a_ring_or_two_parents_is_refused()
    {
        static FeatureTree Tree(params int[][] children) => new(children, new bool[children.Length], new bool[children.Length]);
        Assert.Contains("ancestor", Assert.Throws<OptionException>(() => Tree([1], [0])).Message);
        Assert.Contains("two parents", Assert.Throws<OptionException>(() => Tree([1], [], [1])).Message);
        Assert.Contains("0 to 1", Assert.Throws<OptionException>(() => Tree([5], [])).Message);
    }
}
