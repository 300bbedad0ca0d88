using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

public class ResampledLatents
{
    private const int DIn = 16, DSae = 64, Batch = 64;

    [Fact]
    public void With_the_same_rows_the_weights_are_those_of_dictionary_learning()
    {
        var file = Golden.Tensors("golden/saes/training/dl_resample_standard.safetensors");
        var batch = file.Read("batch");
        var options = Options with { Convention = Convention.DictionaryLearning, Decoder = new() { Constraint = DecoderConstraint.UnitNorm }, Input = new() { Normalisation = InputNormalisation.None } };
        var trainer = new SaeTrainer(RandomTensors.Config("standard", batch.Columns, (int)file.Read("before.encoder.bias").Count), options, new PoolSource(batch, batch.RowCount), Reference.Instance);
        var weights = trainer.TrainingStep.Weights;
        file.Read("before.encoder.weight").CopyTo(weights.Encoder.Value);
        file.Read("before.encoder.bias").CopyTo(weights.EncoderBias.Value);
        MatrixTranspose.Of(file.Read("before.decoder.weight")).CopyTo(weights.Decoder.Value);
        file.Read("before.bias").CopyTo(weights.DecoderBias.Value);
        var (before, after) = (file.Read("before.encoder.weight"), file.Read("after.encoder.weight"));
        var dead = Enumerable.Range(0, before.RowCount).Where(f => !before.Row<float>(f).SequenceEqual(after.Row<float>(f))).ToList();
        Assert.NotEmpty(dead);
        foreach (var moment in weights.All.SelectMany(weight => weight.Moments)) moment.RawBytes().Fill(1);

        trainer.Resampler!.Resample(dead, [.. dead.Select((_, i) => i * 7 % batch.RowCount)], batch);

        RequireClose(file.Read("after.encoder.weight"), weights.Encoder.Value);
        RequireClose(file.Read("after.encoder.bias"), weights.EncoderBias.Value);
        RequireClose(MatrixTranspose.Of(file.Read("after.decoder.weight")), weights.Decoder.Value);
        foreach (var f in dead) Assert.All(weights.Encoder.Moments[0].Row<float>(f).ToArray(), moment => Assert.Equal(0, moment));
        Assert.All(weights.Encoder.Moments[0].Row<float>(Enumerable.Range(0, 64).First(f => !dead.Contains(f))).ToArray(), moment => Assert.NotEqual(0, moment));
    }

    [Theory, InlineData("standard"), InlineData("gated"), InlineData("jumprelu"), InlineData("topk")]
    public void Fewer_latents_end_dead(string architecture)
    {
        var (without, with) = (DeadAtEnd(architecture, Options with { Dead = Options.Dead with { ResampleTokens = 0 } }), DeadAtEnd(architecture, Options));
        Assert.True(without >= DSae / 4, $"only {without} latents died, so nothing was tested");
        Assert.True(with < without, $"{with} latents are dead with resampling, {without} without");
    }

    [Theory, InlineData(Revival.Resample), InlineData(Revival.Redraw)]
    public void A_resumed_run_revives_the_same_latents_in_the_same_way(Revival revival)
    {
        using var folder = new TemporaryFolder();
        var options = Options with { Steps = 70, CheckpointEvery = 15, Dead = Options.Dead with { Revival = revival, RareBelow = 0.02 } };
        var whole = Trainer("gated", options).Run();
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Trainer("gated", options).Run(folder.Path, report => { if (report.Step == 32) cancel.Cancel(); }, cancel.Token));
        var resumed = SaeTrainer.Resume(folder.Path, RandomTensors.Config("gated", DIn, DSae), options, Source, Reference.Instance).Run();
        foreach (var (name, tensor) in whole.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), resumed.Tensors[name].Span<float>().ToArray());
    }

    private static TrainingOptions Options { get; } = new()
    {
        Steps = 150, Rate = new() { Peak = 5e-3 }, Penalty = new() { Coefficient = 2, WarmupSteps = 20 }, JumpRelu = new() { InitialThreshold = 0.5, Bandwidth = 0.5 }, Seed = 3,
        Dead = new() { WindowTokens = 15 * Batch, AuxCoefficient = 0, ResampleTokens = 20 * Batch }, Decoder = new() { InitNorm = 0.5 },
    };

    private static PoolSource Source { get; } = new(PoolSource.SparseSums(6, 16 * Batch, DIn, directions: 24, active: 3), Batch);

    private static SaeTrainer Trainer(string architecture, TrainingOptions options) => new(RandomTensors.Config(architecture, DIn, DSae), options, Source, Reference.Instance);

    private static int DeadAtEnd(string architecture, TrainingOptions options)
    {
        var trainer = Trainer(architecture, options);
        for (var f = 0; f < DSae / 4; f++) trainer.TrainingStep.Weights.EncoderBias.Value.Write(f, -20);
        trainer.Run();
        return trainer.Dead.Find().Length;
    }

    private static void RequireClose(Tensor expected, Tensor actual)
    {
        for (var i = 0L; i < expected.Count; i++) Assert.Equal(expected.Read(i), actual.Read(i), 1e-6);
    }
}
