using CsCheck;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

public class ResumedRuns
{
    private static readonly TrainingOptions Options = new()
    {
        Steps = 24, Rate = new() { Peak = 5e-3, WarmupSteps = 4, DecaySteps = 6 }, Dead = new() { WindowTokens = 3 * 32 }, Penalty = new() { Coefficient = 0.2, TargetL0 = 4 }, Seed = 9,
    };

    [Theory, InlineData("topk"), InlineData("standard"), InlineData("gated"), InlineData("jumprelu")]
    public void A_run_stopped_anywhere_ends_with_the_same_bits(string architecture)
    {
        var whole = Trainer(architecture, Options).Run();
        Gen.Int[0, 23].Array[1, 3].Sample(stops =>
        {
            using var folder = new TemporaryFolder();
            SparseAutoencoder? resumed = null;
            foreach (var stop in stops.Order().Append(int.MaxValue))
            {
                using var cancel = new CancellationTokenSource();
                var trainer = SaeTrainer.Resume(folder.Path, Config(architecture), Options, Source(), Reference.Instance);
                if (trainer.Step >= stop) cancel.Cancel();
                try
                {
                    resumed = trainer.Run(folder.Path, report => CancelAt(report.Step + 1 == stop, cancel), cancel.Token);
                }
                catch (OperationCanceledException)
                {
                    Assert.Equal(trainer.Step, SaeTrainer.Resume(folder.Path, Config(architecture), Options, Source(), Reference.Instance).Step);
                }
            }
            foreach (var (name, tensor) in whole.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), resumed!.Tensors[name].Span<float>().ToArray());
        }, iter: 12);
    }

    [Fact]
    public void Only_the_newest_two_checkpoints_stay()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["step-00000004.saesharp-0-killed"]);
        Trainer("topk", Options with { CheckpointEvery = 5 }).Run(folder.Path);
        Assert.Equal(["step-00000020", "step-00000024"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Other_options_are_refused_with_both_values()
    {
        using var folder = new TemporaryFolder();
        Trainer("topk", Options with { CheckpointEvery = 24 }).Run(folder.Path);

        var error = Assert.Throws<TrainingException>(() => SaeTrainer.Resume(folder.Path, Config("topk"), Options with { Rate = Options.Rate with { Peak = 1e-3 } }, Source(), Reference.Instance));
        Assert.Contains("options.rate.peak 0.005, but this run asks for 0.001", error.Message, StringComparison.Ordinal);
        Assert.Throws<TrainingException>(() => SaeTrainer.Resume(folder.Path, Config("topk") with { K = 5 }, Options, Source(), Reference.Instance));
        Assert.Throws<TrainingException>(() => SaeTrainer.Resume(folder.Path, Config("topk"), Options, new PoolSource(Pool, 16), Reference.Instance));
        Assert.Equal(24, SaeTrainer.Resume(folder.Path, Config("topk"), Options with { CheckpointEvery = 7 }, Source(), Reference.Instance).Step);
    }

    [Fact]
    public void Activations_that_are_not_finite_stop_the_run_and_keep_the_last_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var pool = Pool.Clone();
        pool.Row<float>(7 * 32 + 5)[2] = float.NaN;
        var options = Options with { CheckpointEvery = 5, Input = new() { Batches = 2 }, MaxBadBatches = 0 };
        var trainer = new SaeTrainer(Config("topk"), options, new PoolSource(pool, 32), Reference.Instance);

        var error = Assert.Throws<TrainingException>(() => trainer.Run(folder.Path));
        Assert.Contains("Batch 7 (step 7)", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, SaeTrainer.Resume(folder.Path, Config("topk"), options, new PoolSource(pool, 32), Reference.Instance).Step);
    }

    [Fact]
    public void A_bad_batch_is_skipped_and_counted_and_one_too_many_stops_the_run()
    {
        var pool = Pool.Clone();
        pool.Row<float>(7 * 32 + 5)[2] = float.NegativeInfinity;              // batch 7 of every 10
        var options = Options with { Input = new() { Normalisation = InputNormalisation.None }, MaxBadBatches = 2 };
        var reports = new List<StepReport>();
        new SaeTrainer(Config("topk"), options, new PoolSource(pool, 32), Reference.Instance).Run(onStep: reports.Add);
        Assert.Equal([7, 17], reports.Where(report => double.IsNaN(report.Loss)).Select(report => report.Step));
        Assert.Equal(2, reports[^1].BadBatches);

        var error = Assert.Throws<TrainingException>(() => new SaeTrainer(Config("topk"), options with { MaxBadBatches = 1 }, new PoolSource(pool, 32), Reference.Instance).Run());
        Assert.Contains("1 such batches were skipped before", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_that_grows_without_end_stops_the_run_within_fifty_steps()
    {
        var options = Options with { Steps = 2000, Rate = new() { Peak = 50 }, ClipNorm = null };
        var last = 0;
        var error = Assert.Throws<TrainingException>(() => Trainer("standard", options).Run(onStep: report => last = report.Step));
        Assert.Contains("Training", error.Message, StringComparison.Ordinal);
        Assert.True(last < 50, $"it went on to step {last}");
    }

    [Fact]
    public void A_run_that_breaks_down_says_so_and_changes_no_weight()
    {
        var trainer = Trainer("standard", Options with { Penalty = new() { Coefficient = double.MaxValue, WarmupSteps = 1 } });
        var error = Assert.Throws<TrainingException>(() => trainer.Run());
        Assert.Contains("broke down at step 1", error.Message, StringComparison.Ordinal);
        Assert.All(trainer.Snapshot().Tensors.Values, tensor => Assert.All(tensor.Span<float>().ToArray(), value => Assert.True(float.IsFinite(value))));
    }

    [Fact]
    public void Unit_norm_decoders_stay_so()
    {
        var trainer = Trainer("topk", Options with { Decoder = new() { Constraint = DecoderConstraint.UnitNorm }, Input = new() { Normalisation = InputNormalisation.None } });
        trainer.Run();
        Assert.All(trainer.Snapshot().DecoderNorms.Span<float>().ToArray(), norm => Assert.Equal(1, norm, 1e-6f));
    }

    [Fact]
    public void Schedules_that_do_not_fit_are_refused() =>
        Assert.Contains("do not fit into 24 steps", Assert.Throws<OptionException>(() => Trainer("topk", Options with { Rate = Options.Rate with { WarmupSteps = 20 } })).Message, StringComparison.Ordinal);

    private static Tensor Pool { get; } = PoolSource.SparseSums(4, 320, 8, directions: 20, active: 3);

    private static SaeConfig Config(string architecture) => RandomTensors.Config(architecture, 8, 32);

    private static PoolSource Source() => new(Pool, 32);

    private static SaeTrainer Trainer(string architecture, TrainingOptions options) => new(Config(architecture), options, Source(), Reference.Instance);

    private static void CancelAt(bool now, CancellationTokenSource cancel)
    {
        if (now) cancel.Cancel();
    }
}
