namespace SaeSharp.Lab.Tests.Training;

public class RateTests
{
    [Fact]
    public async Task Trying_learning_rates_says_which_to_take_and_leaves_nothing_behind()
    {
        using var home = new TemporaryFolder();
        using var workspace = Workspace.Open(home.Path, 2);
        var result = await workspace.FindRates(TinyWorkspace.Training with { Arch = ["topk", "standard"], Lr = [1e-3, 1e-2], DSae = 64 });
        Assert.Equal(["blocks.1.hook_resid_post topk", "blocks.1.hook_resid_post standard"], result.Saes.Select(sae => sae.Label));
        Assert.All(result.Saes, sae =>
        {
            Assert.InRange(sae.Suggested!.Value, 1e-5, 1);
            Assert.InRange(sae.Points.Count, 20, 200);
        });
        Assert.Empty(Directory.EnumerateFiles(home.Path, "*", SearchOption.AllDirectories));
    }
}
