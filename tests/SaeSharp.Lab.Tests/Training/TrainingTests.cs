using SaeSharp.Lab.Harvesting.Stores;
using SaeSharp.Lab.Training;
using SaeSharp.Saes.Training;

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

    public static TheoryData<string> OfOneHook => [.. SaeTrainer.Architectures.Where(arch => !arch.Contains("coder", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(OfOneHook))]
    public async Task An_architecture_is_trained_by_its_name_alone_and_read_with(string arch)
    {
        var trained = Assert.Single((await tiny.Workspace.Train(TinyWorkspace.Training with { Arch = arch, K = 4, Out = $"named/{arch}" })).Saes);
        var read = await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "Once upon a time", Saes = [trained.Name] });
        Assert.NotEqual(0, read.Layers[0].Tokens[^1].Active);
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

    [Fact]
    public async Task Several_values_of_a_setting_train_an_SAE_each_with_the_weights_of_training_it_alone()
    {
        var sweep = await tiny.Workspace.Train(TinyWorkspace.Training with { Out = "sweep", K = [3, 6], Arch = ["topk", "standard"] });
        Assert.Equal(["sweep/topk-k3", "sweep/topk-k6", "sweep/standard"], sweep.Saes.Select(sae => sae.Name));
        var alone = await tiny.Workspace.Train(TinyWorkspace.Training with { Out = "k3", K = 3 });
        Assert.Equal(alone.Saes[0].WeightsSha256, sweep.Saes[0].WeightsSha256);
    }

    /// <summary>1 MiB holds 4,096 tokens of one hook, a fifth of the texts.</summary>
    [Fact]
    public async Task Several_hooks_through_a_small_buffer_give_the_weights_of_one_at_a_time()
    {
        var training = TinyWorkspace.Training with { BufferMiB = 1, Seed = 3, Tokens = 128 * 90 };
        var together = await tiny.Workspace.Train(training with { Out = "streamed", Hooks = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"], K = [4, 6] });
        Assert.Equal(4, together.Saes.Count);
        var alone = await tiny.Workspace.Train(training with { Out = "streamed-alone", K = 4 });
        Assert.Equal(alone.Saes[0].WeightsSha256, together.Saes.Single(sae => sae.Hook == "blocks.1.hook_resid_post" && sae.Name.EndsWith("k4", StringComparison.Ordinal)).WeightsSha256);
    }

    [Fact]
    public async Task A_store_is_trained_on_without_texts_and_a_stopped_run_ends_with_the_same_bits()
    {
        var store = Path.Combine(tiny.Home, "store");
        await tiny.Workspace.Activations(new() { Model = TinyWorkspace.Model, Texts = TinyWorkspace.Corpus.Texts, Context = 64, Hooks = TinyWorkspace.Training.Hooks, Out = store });
        var training = TinyWorkspace.Training with { Corpus = new(), Activations = store, BufferMiB = 1, BufferDtype = StoreType.Bf16 };
        var whole = await tiny.Workspace.Train(training with { Out = "stored" });
        Assert.InRange(whole.Saes[0].Fvu, 0, 0.9);

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tiny.Workspace.Train(training with { Out = "stored-parts" }, new Stopper(stop, "training blocks"), stop.Token));
        var parts = await tiny.Workspace.Train(training with { Out = "stored-parts", Resume = true });
        Assert.Equal(whole.Saes[0].WeightsSha256, parts.Saes[0].WeightsSha256);

        Assert.Contains("expected one of them", (await Assert.ThrowsAnyAsync<SaeSharpException>(() => tiny.Workspace.Train(training with { Corpus = TinyWorkspace.Corpus }))).Message, StringComparison.Ordinal);
        Assert.Contains("has no hook", (await Assert.ThrowsAnyAsync<SaeSharpException>(() => tiny.Workspace.Train(training with { Hooks = ["blocks.0.hook_resid_post"] }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_holds_plain_texts_only() => Assert.Contains("does not end in .safetensors", (await Assert.ThrowsAnyAsync<SaeSharpException>(() =>
        tiny.Workspace.Activations(new() { Model = TinyWorkspace.Model, Text = "hello", Hooks = TinyWorkspace.Training.Hooks, Out = Path.Combine(tiny.Home, "no-store") }))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_run_logs_its_course_and_says_what_it_was_asked_for()
    {
        var trained = await tiny.Workspace.Train(TinyWorkspace.Training with { Out = "logged" });
        var folder = RunFolder.All(tiny.Workspace.Home).Single(run => RunFolder.Describe(run)!.Value.Result?.Path == trained.Saes[0].Path);
        var points = RunLog.Read(folder).ToList();
        Assert.Equal(Enumerable.Range(0, 40), points.Select(point => point.Step));
        Assert.True(points[^1].Fvu < points[0].Fvu);
        Assert.Equal(6, RunFolder.Describe(folder)!.Value.Info.Request.K[0]);
    }

    [Fact]
    public async Task A_damaged_run_hides_no_other_and_says_what_is_wrong_when_asked_for()
    {
        await tiny.Workspace.Train(TinyWorkspace.Training with { Out = "sound" });
        var folder = Path.Combine(tiny.Workspace.Home, "runs", "damaged");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, RunFolder.RunFile), "{\"id\":1}");
        try
        {
            Assert.NotEmpty((await tiny.Workspace.Runs(new())).Runs);
            await Assert.ThrowsAnyAsync<SaeSharpException>(() => tiny.Workspace.Runs(new() { Run = "damaged" }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_the_machine_cannot_hold_is_refused_with_both_numbers()
    {
        var error = await Assert.ThrowsAnyAsync<SaeSharpException>(() => tiny.Workspace.Train(TinyWorkspace.Training with { Out = "vast", DSae = 2_000_000_000 }));
        Assert.Matches("needs about [0-9,.]+ GiB of memory, but this process may use [0-9,.]+ GiB", error.Message);
    }

    /// <summary>Cancels at the first report of training.</summary>
    private sealed class Stopper(CancellationTokenSource stop, string stage = "training") : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            if (value.Stage.StartsWith(stage, StringComparison.Ordinal)) stop.Cancel();
        }
    }
}
