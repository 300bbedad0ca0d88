namespace SaeSharp.Lab.Tests.Training;

[Collection(typeof(TinyWorkspaceTests))]
public class TrainingTests(TinyWorkspace tiny)
{
    [Fact]
    public async Task A_run_that_was_interrupted_ends_with_the_bits_of_one_that_was_not()
    {
        var whole = await tiny.Workspace.Train(TinyWorkspace.Training with { Out = "whole", Seed = 4 });
        using var stop = new CancellationTokenSource();
        var stopper = new Stopper(stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tiny.Workspace.Train(TinyWorkspace.Training with { Out = "parts", Seed = 4 }, stopper, stop.Token));
        var parts = await tiny.Workspace.Train(TinyWorkspace.Training with { Out = "parts", Seed = 4, Resume = true });
        Assert.Equal(whole.Saes[0].WeightsSha256, parts.Saes[0].WeightsSha256);
    }

    [Fact]
    public async Task Several_hooks_at_once_give_the_weights_of_one_at_a_time()
    {
        var alone = await tiny.Workspace.Train(TinyWorkspace.Training with { Out = "alone" });
        var together = (await tiny.Workspace.Info(new() { Target = TinyWorkspace.Sae })).Sae!;
        Assert.Equal(alone.Saes[0].WeightsSha256, together.WeightsSha256);
    }

    [Fact]
    public async Task Resuming_another_run_says_what_differs()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tiny.Workspace.Train(TinyWorkspace.Training with { Out = "other" }, new Stopper(stop), stop.Token));
        var error = await Assert.ThrowsAnyAsync<SaeSharpException>(() => tiny.Workspace.Train(
            TinyWorkspace.Training with { Out = "other", Resume = true, Corpus = TinyWorkspace.Corpus with { Context = 32 } }));
        Assert.Contains("windows", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Cancels at the first report of training.</summary>
    private sealed class Stopper(CancellationTokenSource stop) : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            if (value.Stage.StartsWith("training", StringComparison.Ordinal)) stop.Cancel();
        }
    }
}
