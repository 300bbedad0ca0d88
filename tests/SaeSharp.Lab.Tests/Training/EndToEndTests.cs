using CsCheck;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Training;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Tests.Training;

/// <summary>SAEs trained for what the model makes of their reconstruction.</summary>
public sealed class EndToEndTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory, InlineData(TrainedLoss.Ce), InlineData(TrainedLoss.Kl)]
    public void Slopes_are_those_of_the_models_loss_and_batches_are_known_by_number(TrainedLoss loss)
    {
        using var shelves = new Shelves(_home.Path, 1);
        var model = shelves.Models.Get(TinyWorkspace.Model);
        var corpus = Corpus.Read(TinyWorkspace.Corpus, model);
        var source = new SplicedSource(model, DifferentiableTransformer.Load(model.Path, shelves.Backend), corpus, "blocks.1.hook_resid_post", 32, 3, loss);
        Tensor x = Tensor.Zeros(DType.F32, 32, source.DIn), again = x.Clone(), slopes = x.Clone();
        source.Fill(5, again, default);
        source.Fill(6, again, default);
        source.Fill(5, x, default);
        source.Fill(5, again, default);
        Assert.Equal(x.Span<float>().ToArray(), again.Span<float>().ToArray());
        var own = source.Downstream.Of(x, slopes);
        if (loss == TrainedLoss.Kl) Assert.Equal(0, own, 1e-5); // the activations themselves change nothing

        for (var i = 0; i < x.Count; i++) x.Write(i, x.Read(i) * 0.7);
        source.Downstream.Of(x, slopes);
        var direction = slopes.Clone();
        double Along(double step)
        {
            var moved = x.Clone();
            for (var i = 0L; i < x.Count; i++) moved.Write(i, x.Read(i) + step * direction.Read(i));
            return source.Downstream.Of(moved, slopes);
        }
        var squares = direction.Span<float>().ToArray().Sum(value => (double)value * value);
        var h = 0.05 / Math.Sqrt(squares);
        Assert.Equal(squares, (Along(h) - Along(-h)) / (2 * h), 0.03 * squares);
    }

    [Fact]
    public async Task Training_lowers_the_loss_it_is_for_and_gives_the_same_on_any_number_of_threads()
    {
        var request = TinyWorkspace.Training with { Loss = TrainedLoss.Kl, Batch = 64, Tokens = 64 * 30, Out = "kl", Bias = BiasInit.Mean };
        using var workspace = Workspace.Open(_home.Path, 2);
        var trained = Assert.Single((await workspace.Train(request)).Saes);
        var run = Assert.Single((await workspace.Runs(new())).Runs).Info.Id;
        var points = (await workspace.Runs(new() { Run = run })).Runs[0].Points!;
        Assert.True(points.TakeLast(5).Average(point => point.Loss) < points.Take(5).Average(point => point.Loss));

        using var other = new TemporaryFolder();
        using var second = Workspace.Open(other.Path, 1);
        Assert.Equal(trained.WeightsSha256, (await second.Train(request)).Saes[0].WeightsSha256);
        await Assert.ThrowsAsync<OptionException>(() => workspace.Train(request with { Arch = "standard", Out = "no" }));
        await Assert.ThrowsAsync<OptionException>(() => workspace.Train(request with { Hooks = ["blocks.1.hook_mlp_out"], Out = "no" }));
    }

    [Theory, InlineData(TrainedLoss.Ce), InlineData(TrainedLoss.Kl)]
    public void A_run_stopped_after_any_step_ends_with_the_bits_of_one_that_was_not_on_any_number_of_threads(TrainedLoss loss)
    {
        using Shelves one = new(_home.Path, 1), two = new(_home.Path, 2);
        var whole = Trained(one, loss, _home[$"{loss}"], Steps);
        Gen.Int[1, Steps - 1].Array[1, 2].Sample(stops =>
        {
            using var runs = new TemporaryFolder();
            foreach (var (i, stop) in stops.Order().Index()) Assert.Equal("", Trained(i % 2 == 0 ? one : two, loss, runs.Path, stop));
            Assert.Equal(whole, Trained(stops.Length % 2 == 0 ? one : two, loss, runs.Path, Steps));
        }, iter: 4);
    }

    [Theory, InlineData(TrainedLoss.Ce), InlineData(TrainedLoss.Kl)]
    public async Task The_verb_goes_on_where_it_was_interrupted(TrainedLoss loss)
    {
        var request = TinyWorkspace.Training with { Loss = loss, Batch = 64, Tokens = 64 * 30, Seed = 4 };
        using var workspace = Workspace.Open(_home.Path, 1);
        var whole = Assert.Single((await workspace.Train(request with { Out = "whole" })).Saes);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => workspace.Train(request with { Out = "parts" }, new Stopper(stop), stop.Token));
        using var later = Workspace.Open(_home.Path, 2);
        var parts = Assert.Single((await later.Train(request with { Out = "parts", Resume = true })).Saes);
        Assert.Equal(whole.WeightsSha256, parts.WeightsSha256);
        var run = (await later.Runs(new())).Runs.Single(run => run.Result?.Path == parts.Path).Info.Id;
        Assert.Equal(Enumerable.Range(0, 30), (await later.Runs(new() { Run = run })).Runs[0].Points!.Select(point => point.Step));
    }

    private const int Steps = 24;

    /// <summary>Goes on from the newest checkpoint to a step; the SHA-256 of the weights where that is the last.</summary>
    private static string Trained(Shelves shelves, TrainedLoss loss, string runs, int until)
    {
        const string Hook = "blocks.1.hook_resid_post";
        var model = shelves.Models.Get(TinyWorkspace.Model);
        var source = new SplicedSource(model, DifferentiableTransformer.Load(model.Path, shelves.Backend), Corpus.Read(TinyWorkspace.Corpus, model), Hook, 48, 3, loss);
        var options = new TrainingOptions
        {
            Steps = Steps, Seed = 6, CheckpointEvery = 5, Rate = new() { Peak = 5e-3, WarmupSteps = 4, DecaySteps = 8 }, Dead = new() { WindowTokens = 3 * 48 },
            Input = new() { Batches = 3 }, Decoder = new() { Constraint = DecoderConstraint.UnitNorm, Bias = BiasInit.Mean }, LossUnit = LossUnit.VarianceUnexplained,
        };
        var config = new SaeConfig { Architecture = "topk", DIn = source.DIn, DSae = 96, K = 6, HookName = Hook };
        using var stop = new CancellationTokenSource();
        var trainer = SaeTrainer.Resume(runs, config, options, source, shelves.Backend, source.Downstream);
        if (trainer.Step >= until && until < Steps) return "";
        try
        {
            var sae = trainer.Run(runs, report => { if (report.Step + 1 == until && until < Steps) stop.Cancel(); }, stop.Token);
            SaeFolder.Save(sae, Path.Combine(runs, "sae"));
            return ContentHash.OfFile(Path.Combine(runs, "sae", "sae_weights.safetensors"));
        }
        catch (OperationCanceledException)
        {
            return "";
        }
    }

    /// <summary>Stops after the first step.</summary>
    private sealed class Stopper(CancellationTokenSource stop) : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            if (value.Stage.StartsWith("training blocks", StringComparison.Ordinal)) stop.Cancel();
        }
    }
}
