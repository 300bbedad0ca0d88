using SaeSharp.Lab.Synthetic;

namespace SaeSharp.Lab.Tests.Synthetic;

/// <summary><c>sae synth</c> on the small world.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public class SynthTests(TinyWorkspace tiny)
{
    private static readonly SynthRequest Small = new() { Size = "small", Samples = 256 * 60, Batch = 256, K = 12, DSae = 128, EvalSamples = 2000, Points = 2, Lr = 3e-3 };

    [Fact]
    public async Task Every_recipe_trains_and_is_scored_on_its_way()
    {
        foreach (var recipe in SynthRecipe.All)
        {
            var result = await tiny.Workspace.Synth(Small with { Recipe = recipe.Name }, cancel: TestContext.Current.CancellationToken);
            Assert.Equal([30 * 256, 60 * 256], result.Curve.Select(point => point.Samples));
            Assert.All(result.Curve, point => Assert.Equal((2048, 0), (point.EvalSamples, double.IsFinite(point.Mcc) ? 0 : 1)));
            Assert.InRange(result.Curve[^1].F1, 0, 1);
            Assert.Empty(result.Published); // another world than the benchmark's
        }
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_scores_and_another_one_others()
    {
        var first = await tiny.Workspace.Synth(Small, cancel: TestContext.Current.CancellationToken);
        var again = await tiny.Workspace.Synth(Small, cancel: TestContext.Current.CancellationToken);
        var other = await tiny.Workspace.Synth(Small with { Seed = 1 }, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(first.Curve.Select(point => point with { TrainSeconds = 0 }), again.Curve.Select(point => point with { TrainSeconds = 0 }));
        Assert.NotEqual(first.Curve[^1].Mcc, other.Curve[^1].Mcc);
    }

    [Fact]
    public async Task A_world_of_one_s_own_is_read_from_its_folder()
    {
        await tiny.Workspace.Synth(Small with { Samples = 256, Points = 1 }, cancel: TestContext.Current.CancellationToken);
        var result = await tiny.Workspace.Synth(Small with { Samples = 256, Points = 1, World = Path.Combine(tiny.Home, "worlds", "synth-small") }, cancel: TestContext.Current.CancellationToken);
        Assert.Equal((2048, 128), (result.Features, result.DIn));
    }

    [Theory, InlineData("--recipe", "topq"), InlineData("--size", "17k")]
    public async Task What_is_not_offered_is_refused_by_name(string flag, string value)
    {
        var request = flag == "--size" ? Small with { Size = value } : Small with { Recipe = value };
        var error = await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Synth(request, cancel: TestContext.Current.CancellationToken));
        Assert.Contains(value, error.Message);
    }

    [Fact]
    public void Published_figures_are_those_of_the_nearest_L0()
    {
        Assert.All(PublishedScore.Near(24), score => Assert.Equal(25, score.L0));
        Assert.All(PublishedScore.Near(10), score => Assert.Equal(20, score.L0));
        Assert.Equal(.8793, PublishedScore.Near(25).Max(score => score.F1));
    }
}
