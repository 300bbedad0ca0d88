using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Training;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;

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
        var request = TinyWorkspace.Training with { Loss = TrainedLoss.Kl, Batch = 64, Tokens = 64 * 30, Out = "kl", Bias = Saes.Training.Options.BiasInit.Mean };
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
}
